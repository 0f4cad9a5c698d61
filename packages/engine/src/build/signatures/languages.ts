/** Failures of compilers and tools of other languages, and of container builds. */
import type { Signature } from "./signature.ts";

export const languageSignatures: Signature[] = [
  {
    id: "registry-unreachable",
    pattern:
      /dial tcp: lookup (?<host>[\w.-]+).*(?:no such host|server misbehaving)|Could not resolve host: (?<host2>[\w.-]+)|Could not reach host (?<host3>[\w-]+(?:\.[\w-]+)+)|getaddrinfo for (?<host4>[\w.-]+) failed/,
    cause: "{host}, where packages come from, is not known here: its name does not resolve.",
    next: [
      "Check the network of this machine, and deploy again.",
      "Where it has none, commit the packages with the project (go mod vendor, cargo vendor, bundle cache).",
    ],
    recovery: "retry",
  },
  {
    id: "pip-unreachable",
    pattern:
      /Retry\(total=0\b.*connection broken by '(?:NewConnectionError|ConnectTimeoutError|ProxyError|ProtocolError|SSLError|MaxRetryError)\b.*: \/\S+$/,
    also: /No matching distribution found|Could not find a version/,
    cause: "The index that Python packages come from does not answer.",
    evidence: /Could not find a version/,
    next: [
      "Check the network of this machine, and deploy again.",
      "Another index than pypi.org is named by the variable PIP_INDEX_URL: landfall env set PIP_INDEX_URL",
    ],
    recovery: "retry",
  },
  {
    id: "pip-requirements-missing",
    pattern: /Could not open requirements file: .*'(?<file>[^']+)'/,
    cause: "{file} is not there.",
    next: ["Commit it, or correct the install command with --install-command."],
    recovery: "manual",
  },
  {
    id: "pip-conflict",
    pattern:
      /ERROR: (Cannot install .* because these package versions have conflicting dependencies|ResolutionImpossible)/,
    cause: "Python packages want versions that exclude each other.",
    evidence: /depends on|The user requested/,
    next: ["Loosen these versions in requirements.txt."],
    recovery: "manual",
  },
  {
    id: "pip-python-version",
    pattern: /requires a different Python: (?<found>\S+) not in '(?<wanted>[^']+)'/,
    cause: "The project asks for Python {wanted}; this machine has {found}.",
    next: ["Install that Python on this machine, or widen requires-python."],
    recovery: "manual",
  },
  {
    id: "pip-no-matching",
    pattern: /No matching distribution found for (?<package>\S+)/,
    cause: "pip finds no version of {package} that fits.",
    evidence: /Could not find a version/,
    next: ["Check its name and version, and that it supports this version of Python."],
    recovery: "manual",
  },
  {
    id: "python-venv-missing",
    pattern: /ensurepip is not( available)?|No module named '?(venv|ensurepip)'?/,
    cause: "Python is installed on this machine without venv.",
    next: ["Install it (Debian: apt install python3-venv), then deploy again."],
    recovery: "manual",
  },
  {
    id: "python-module-missing",
    pattern: /ModuleNotFoundError: No module named '(?<package>[\w.]+)'/,
    cause: "The Python module {package} is not installed.",
    next: ["Add it to requirements.txt (or pyproject.toml), commit, and deploy again."],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "python-syntax",
    pattern: /^(SyntaxError|IndentationError|TabError): (?<what>.*)$/,
    also: /File "[^"]+", line \d+/,
    cause: "A Python file cannot be parsed: {what}.",
    evidence: /File "[^"]+", line \d+/,
    next: ["Correct it at the place named here, or use a newer Python if the syntax is new."],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "rustup-no-default",
    pattern: /rustup could not choose a version of (?<program>\w+) to run/,
    cause: "Rust is installed on this machine by rustup without a toolchain that {program} would be of.",
    next: ["Run rustup default stable on this machine, or name a toolchain in rust-toolchain.toml, and deploy again."],
    recovery: "manual",
  },
  {
    id: "cargo-locked",
    pattern:
      /the lock file .*Cargo\.lock needs to be updated but --(locked|frozen) was passed|cannot update the lock file .* because --(locked|frozen)/,
    cause: "Cargo.lock does not fit Cargo.toml.",
    next: ["Run cargo build, commit Cargo.lock, and deploy again."],
    recovery: "manual",
  },
  {
    id: "cargo-crate-missing",
    pattern:
      /error\[E043[23]\]: (?:unresolved import|failed to resolve).*`(?<crate>\w+)`|use of unresolved module or unlinked crate `(?<crate2>\w+)`/,
    cause: "The code uses a crate that Cargo.toml does not name.",
    evidence: /-->/,
    next: ["Run: cargo add {crate}, commit Cargo.toml and Cargo.lock, and deploy again."],
    recovery: "manual",
  },
  {
    id: "cargo-compile",
    pattern: /^error(\[E\d+\])?: (?!could not compile)(?<what>.+)$/,
    also: /could not compile `/,
    cause: "Rust: {what}.",
    evidence: /^\s+--> /,
    next: ["Correct it; cargo build on your machine shows the same."],
    recovery: "manual",
  },
  {
    id: "go-module-missing",
    pattern:
      /no required module provides package (?<package>[^;]+);|missing go\.sum entry|go: updates to go\.mod needed/,
    cause: "go.mod or go.sum lacks a module the code imports.",
    next: ["Run go mod tidy, commit go.mod and go.sum, and deploy again."],
    recovery: "manual",
  },
  {
    id: "go-version",
    pattern: /go: go\.mod requires go >= (?<wanted>\S+) \(running go (?<found>[^;)]+)/,
    cause: "The project asks for Go {wanted}; this machine has {found}.",
    next: ["Install that Go on this machine: https://go.dev/dl/"],
    recovery: "manual",
  },
  {
    id: "gemfile-missing",
    pattern: /Could not locate Gemfile/,
    cause: "The project has no Gemfile, and what starts or builds it asks Bundler for one.",
    next: [
      "Commit a Gemfile and its lock; or say how it starts without Bundler: --start-command 'rackup config.ru -o 0.0.0.0 -p $PORT'.",
    ],
    recovery: "manual",
    atStart: true,
  },
  {
    id: "mix-hex-missing",
    pattern: /Could not find Hex, which is needed to build dependency :(?<names>\w+)/,
    cause: "Hex, by which mix gets its packages, is not there: each build has a home of its own.",
    next: [
      "Have it installed first: --install-command 'mix local.hex --force && mix local.rebar --force && mix deps.get --only prod'.",
    ],
    recovery: "manual",
  },
  {
    id: "ruby-version",
    pattern: /Your Ruby version is (?<found>[\d.]+), but your Gemfile specified (?<wanted>.+?)$/,
    cause: "The Gemfile asks for Ruby {wanted}; this machine has {found}.",
    next: ["Install that Ruby on this machine, or change the version in the Gemfile."],
    recovery: "manual",
  },
  {
    id: "composer-extension",
    pattern: /requires (?:PHP extension )?ext-(?<extension>\w+) .*missing from your system/,
    cause: "A package needs the PHP extension {extension}, which this machine lacks.",
    next: ["Install it (Debian: apt install php-{extension}), then deploy again."],
    recovery: "manual",
  },
  {
    id: "composer-memory",
    pattern: /Allowed memory size of (?<bytes>\d+) bytes exhausted/,
    cause: "PHP ran into its memory limit.",
    next: [
      "Set the build variable COMPOSER_MEMORY_LIMIT=-1, or commit composer.lock so that nothing has to be solved.",
    ],
    recovery: "manual",
  },
  {
    id: "java-release",
    pattern:
      /error: release version (?<wanted>\d+) not supported|invalid (?:source|target) release: (?<wanted2>\S+)|UnsupportedClassVersionError/,
    cause: "The project asks for a newer Java than this machine has.",
    next: ["Install a JDK of that version on this machine: https://adoptium.net"],
    recovery: "manual",
  },
  {
    id: "maven-unreachable",
    pattern: /Non-resolvable parent POM|Could not (?:transfer|resolve|find) artifact (?<artifact>\S+)/,
    cause: "Maven cannot get something the project is built from.",
    evidence: /Unknown host|was not found in|Connection/,
    next: ["Check the version in pom.xml, and that this machine reaches repo.maven.apache.org."],
    recovery: "retry",
  },
  {
    id: "java-compile",
    pattern: /^\S+\.java:\d+: error: (?<what>.*)$|COMPILATION ERROR/,
    cause: "Java does not compile: {what}.",
    evidence: /\.java:\d+: error|\[ERROR\] .*\.java/,
    next: ["Correct it at the place named here."],
    recovery: "manual",
  },
  {
    id: "dotnet-sdk",
    pattern:
      /A compatible (?:installed )?\.NET (?:Core )?SDK(?: for global\.json version)?.*was not found|A compatible SDK version for global\.json/,
    cause: "This machine has no .NET SDK that global.json accepts.",
    evidence: /Requested SDK version|global\.json/,
    next: ["Install that SDK on this machine, or change the version in global.json."],
    recovery: "manual",
  },
  {
    id: "docker-copy",
    pattern:
      /failed to (?:compute cache key|calculate checksum).*"(?<file>[^"]+)": not found|COPY failed: .*(?:stat|file not found)[^/]*(?<file2>\S+)/,
    cause: "The Dockerfile copies {file}, which is not in the build's files.",
    next: ["Check that it is committed and that neither .dockerignore nor .gitignore names it."],
    recovery: "manual",
  },
  {
    id: "make-no-target",
    pattern: /make: \*\*\* No rule to make target '(?<target>[^']+)'/,
    cause: "make does not know how to make {target}.",
    next: ["Commit the file if it is one, or correct the target's name in the build command."],
    recovery: "manual",
  },
];
