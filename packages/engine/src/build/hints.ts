/** Programs that come with the machine and not with a project's dependencies, and how to get them. */
const hints: Record<string, string> = {
  npm: "Install Node.js, which brings npm: https://nodejs.org",
  npx: "Install Node.js, which brings npx: https://nodejs.org",
  deno: "Install Deno: https://docs.deno.com/runtime/getting_started/installation/",
  python:
    "Install Python 3: https://www.python.org/downloads/ (Debian: apt install python3 python3-venv python-is-python3).",
  python3: "Install Python 3: https://www.python.org/downloads/ (Debian: apt install python3 python3-venv).",
  pip: "Install pip (Debian: apt install python3-pip python3-venv).",
  uv: "Install uv: https://docs.astral.sh/uv/getting-started/installation/ (pip install uv).",
  poetry: "Install Poetry: https://python-poetry.org/docs/#installation (pipx install poetry).",
  pdm: "Install PDM: https://pdm-project.org (pipx install pdm).",
  pipenv: "Install Pipenv: https://pipenv.pypa.io (pipx install pipenv).",
  go: "Install Go: https://go.dev/dl/ (Debian: apt install golang).",
  cargo: "Install Rust, which brings cargo: https://rustup.rs",
  rustc: "Install Rust: https://rustup.rs",
  trunk: "Install Trunk: cargo install trunk",
  "wasm-pack": "Install wasm-pack: cargo install wasm-pack",
  ruby: "Install Ruby: https://www.ruby-lang.org/en/downloads/",
  gem: "Install Ruby, which brings gem: https://www.ruby-lang.org/en/downloads/",
  bundle: "Install Bundler: gem install bundler",
  php: "Install PHP: https://www.php.net/downloads (Debian: apt install php-cli).",
  composer: "Install Composer: https://getcomposer.org/download/",
  java: "Install a JDK: https://adoptium.net",
  javac: "Install a JDK: https://adoptium.net",
  mvn: "Install Maven: https://maven.apache.org/install.html",
  gradle: "Install Gradle: https://gradle.org/install/ (or commit the project's gradlew).",
  dotnet: "Install the .NET SDK: https://dotnet.microsoft.com/download",
  mix: "Install Elixir, which brings mix: https://elixir-lang.org/install.html",
  elixir: "Install Elixir: https://elixir-lang.org/install.html",
  hugo: "Install Hugo: https://gohugo.io/installation/ (Debian: apt install hugo).",
  zola: "Install Zola: https://www.getzola.org/documentation/getting-started/installation/",
  mdbook: "Install mdBook: cargo install mdbook",
  jekyll: "Install Jekyll: gem install jekyll bundler",
  mkdocs: "Add mkdocs to the project's requirements.txt.",
  make: "Install make (Debian: apt install build-essential).",
  cmake: "Install CMake (Debian: apt install cmake).",
  gcc: "Install a C compiler (Debian: apt install build-essential).",
  git: "Install git (Debian: apt install git).",
  docker: "Install Docker: https://docs.docker.com/engine/install/",
};

/** What to do when a program of the machine is missing; undefined for programs a project brings itself. */
export function installHint(program: string): string | undefined {
  return hints[program];
}
