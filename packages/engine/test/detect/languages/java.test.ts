import { describe, expect, it } from "vitest";
import { readingOf, servicesOf } from "./reading-of.ts";

const pom = (dependencies: string[], more = "") => `<project>
  <parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>3.3.0</version></parent>
  <artifactId>shop</artifactId>
  <version>1.2.0</version>
  <properties><java.version>21</java.version></properties>
  <dependencies>${dependencies.map((id) => `<dependency><groupId>g</groupId><artifactId>${id}</artifactId></dependency>`).join("")}</dependencies>
  ${more}
</project>`;
const main = {
  "src/main/java/com/example/ShopApplication.java":
    "class ShopApplication { public static void main(String[] a) { SpringApplication.run(ShopApplication.class); } }",
};

describe("Maven", () => {
  it("builds Spring Boot with the wrapper, and names the jar", () => {
    expect(readingOf({ "pom.xml": pom(["spring-boot-starter-web"]), mvnw: "", ...main })).toMatchObject({
      kind: "server",
      framework: "spring-boot",
      runtime: "java",
      runtimeVersion: "21",
      packageManager: "maven",
      buildCommand: "./mvnw clean package -DskipTests",
      startCommand: "java -Dserver.port=$PORT -jar target/shop-1.2.0.jar",
      port: 8080,
    });
  });

  it("builds without a wrapper", () => {
    expect(readingOf({ "pom.xml": pom(["spring-boot-starter-web"]), ...main }).buildCommand).toBe(
      "mvn clean package -DskipTests",
    );
  });

  it("takes the name the build gives the jar", () => {
    const files = { "pom.xml": pom(["spring-boot-starter-web"], "<build><finalName>app</finalName></build>"), ...main };
    expect(readingOf(files).startCommand).toContain("-jar target/app.jar");
  });

  it("passes the port only where the settings do not take it", () => {
    const files = {
      "pom.xml": pom(["spring-boot-starter-web"]),
      ...main,
      "src/main/resources/application.properties": "server.port=${PORT:5000}\n",
    };
    expect(readingOf(files)).toMatchObject({ startCommand: "java -jar target/shop-1.2.0.jar", port: 5000 });
  });

  it("reads the port of application.yml", () => {
    const files = {
      "pom.xml": pom(["spring-boot-starter-web"]),
      ...main,
      "src/main/resources/application.yml": "spring:\n  application:\n    name: x\nserver:\n  port: 8090\n",
    };
    expect(readingOf(files).port).toBe(8090);
  });

  it("reads deeply indented settings of a server that name no port", () => {
    const deep = (keys: string[]) => keys.map((key, at) => `${" ".repeat(8 * (at + 1))}${key}:\n`).join("");
    const files = {
      "pom.xml": pom(["spring-boot-starter-web"]),
      ...main,
      "src/main/resources/application.yml": `server:\n${deep(["servlet", "session", "cookie", "name", "path", "age", "a", "b"])}`,
    };
    expect(readingOf(files).port).toBe(8080);
  });

  it("is a worker without a web starter", () => {
    expect(readingOf({ "pom.xml": pom(["spring-boot-starter-amqp"]), ...main }).kind).toBe("worker");
  });

  it("is a server where its settings are those of one, whatever brings the starter", () => {
    const files = {
      "pom.xml": pom(["spring-boot-starter"]),
      ...main,
      "src/main/resources/application.yaml": "server:\n  port: 8090\n",
    };
    expect(readingOf(files)).toMatchObject({ kind: "server", port: 8090 });
  });

  it("takes a list of versions for no program", () => {
    const files = {
      "settings.gradle": "rootProject.name = 'x'\ninclude 'app', 'platform'\n",
      "build.gradle": "",
      "app/build.gradle":
        "plugins { id 'org.springframework.boot' version '3' }\ndependencies { implementation 'org.springframework.boot:spring-boot-starter-web' }\n",
      "app/src/main/java/A.java": "class A { public static void main(String[] a) {} }",
      "platform/build.gradle":
        "plugins {\n id 'java-platform'\n id 'org.springframework.boot' version '3' apply false\n}\n",
    };
    expect(readingOf(files)).toMatchObject({ kind: "server", framework: "spring-boot" });
  });

  it("reads no dependency of tests", () => {
    const h2 = "<dependency><artifactId>h2</artifactId><scope>test</scope></dependency>";
    const files = {
      "pom.xml": pom(["spring-boot-starter-web", "postgresql"]).replace("</dependencies>", `${h2}</dependencies>`),
      ...main,
    };
    expect(readingOf(files).database).toEqual(["postgres"]);
  });

  it("names the jar a Procfile means by a pattern", () => {
    const files = {
      "pom.xml": pom(["spring-boot-starter-web"]),
      ...main,
      Procfile: "web: java -Xmx256m -jar target/*.jar\n",
    };
    expect(readingOf(files).startCommand).toBe("java -Xmx256m -jar target/shop-1.2.0.jar");
  });

  it("starts Quarkus from its own directory", () => {
    const files = { "pom.xml": pom(["quarkus-rest", "quarkus-jdbc-postgresql"]), "src/main/java/R.java": "class R {}" };
    expect(readingOf(files)).toMatchObject({
      framework: "quarkus",
      startCommand: "java -Dquarkus.http.port=$PORT -jar target/quarkus-app/quarkus-run.jar",
      database: ["postgres"],
    });
  });

  it("runs the module that is the program", () => {
    const files = {
      "pom.xml": pom(
        [],
        "<packaging>pom</packaging><modules><module>shop-core</module><module>shop-web</module></modules>",
      ),
      "shop-core/pom.xml": pom([]).replace("shop", "core"),
      "shop-core/src/main/java/A.java": "class A {}",
      "shop-web/pom.xml": pom(["spring-boot-starter-web"]),
      "shop-web/src/main/java/B.java": "class B { public static void main(String[] a) {} }",
    };
    expect(readingOf(files)).toMatchObject({
      kind: "server",
      buildCommand: "mvn clean package -DskipTests",
      startCommand: "java -Dserver.port=$PORT -jar shop-web/target/shop-1.2.0.jar",
    });
  });

  it("has no single program where several modules are servers", () => {
    const program = "class A { public static void main(String[] a) {} }";
    const files = {
      "pom.xml": pom([], "<packaging>pom</packaging><modules><module>orders</module><module>stock</module></modules>"),
      "orders/pom.xml": pom(["spring-boot-starter-web"]).replace("shop", "orders"),
      "orders/src/main/java/A.java": program,
      "stock/pom.xml": pom(["spring-boot-starter-web"]).replace("shop", "stock"),
      "stock/src/main/java/A.java": program,
    };
    const reading = readingOf(files);
    expect(reading).toMatchObject({ kind: "monorepo", packageManager: "maven" });
    expect(reading.startCommand).toBeUndefined();
    expect(servicesOf(files).map(({ path }) => path)).toEqual(["orders", "stock"]);
  });

  it("has no program in what its modules of Quarkus share", () => {
    const files = {
      "pom.xml": pom([], "<packaging>pom</packaging><modules><module>orders</module><module>shared</module></modules>"),
      "orders/pom.xml": pom(["quarkus-resteasy"]).replace("shop", "orders"),
      "orders/src/main/java/A.java": '@Path("/a") class A {}',
      "shared/pom.xml": pom(["quarkus-resteasy"]).replace("shop", "shared"),
      "shared/src/main/java/B.java": "@Provider class B {}",
    };
    expect(servicesOf(files).map(({ path }) => path)).toEqual(["orders"]);
  });

  it("has a program in a module of Quarkus with settings, whatever its sources are made of", () => {
    const files = {
      "pom.xml": pom([], "<packaging>pom</packaging><modules><module>orders</module><module>stock</module></modules>"),
      "orders/pom.xml": pom(["quarkus-resteasy"]).replace("shop", "orders"),
      "orders/src/main/java/A.java": "class A implements OrdersApi {}",
      "orders/src/main/resources/application.yaml": "quarkus:\n  http:\n    root-path: /api\n",
      "stock/pom.xml": pom(["quarkus-resteasy"]).replace("shop", "stock"),
      "stock/src/main/java/B.java": '@Path("/b") class B {}',
    };
    expect(servicesOf(files).map(({ path }) => path)).toEqual(["orders", "stock"]);
  });

  it("takes a library for a package", () => {
    const files = {
      "pom.xml": "<project><artifactId>lib</artifactId><version>1</version></project>",
      "src/main/java/Lib.java": "class Lib {}",
    };
    expect(readingOf(files).kind).toBe("package");
  });
});

describe("Gradle", () => {
  const build =
    'plugins {\n  id "org.springframework.boot" version "3.3.0"\n  id "java"\n}\nversion = "0.0.1"\njava { toolchain { languageVersion = JavaLanguageVersion.of(17) } }\ndependencies {\n  implementation "org.springframework.boot:spring-boot-starter-web"\n  runtimeOnly "com.mysql:mysql-connector-j"\n  // implementation "org.postgresql:postgresql:1"\n  testImplementation "com.h2database:h2"\n}\n';

  it("builds Spring Boot", () => {
    expect(
      readingOf({ "build.gradle": build, "settings.gradle": 'rootProject.name = "shop"\n', gradlew: "", ...main }),
    ).toMatchObject({
      framework: "spring-boot",
      packageManager: "gradle",
      runtimeVersion: "17",
      buildCommand: "./gradlew clean build -x test",
      startCommand: "java -Dserver.port=$PORT -jar build/libs/shop-0.0.1.jar",
      database: ["mysql"],
    });
  });

  it("of Quarkus listens where its settings say so of requests, not of its management", () => {
    const files = {
      "pom.xml": pom(["quarkus-rest"]),
      "src/main/java/R.java": "class R {}",
      "src/main/resources/application.yml":
        "quarkus:\n  management:\n    port: 9000\n  http:\n    cors:\n      enabled: true\n    port: 8082\n",
    };
    expect(readingOf(files).port).toBe(8082);
  });

  it("follows the aliases of a version catalog in Kotlin's language", () => {
    const files = {
      "build.gradle.kts":
        'plugins {\n  alias(libs.plugins.ktor)\n}\nversion = "1.0"\ndependencies {\n  implementation(libs.ktor.server.netty)\n  implementation(libs.postgresql)\n}\nkotlin { jvmToolchain(21) }\n',
      "settings.gradle.kts": 'rootProject.name = "api"\n',
      "gradle/libs.versions.toml":
        '[libraries]\nktor-server-netty = { module = "io.ktor:ktor-server-netty", version = "3" }\npostgresql = { module = "org.postgresql:postgresql", version = "42" }\n[plugins]\nktor = { id = "io.ktor.plugin", version = "3" }\n',
      "src/main/kotlin/Application.kt": "fun main() { embeddedServer(Netty, port = 8085) {} }\n",
    };
    expect(readingOf(files)).toMatchObject({
      framework: "ktor",
      buildCommand: "gradle buildFatJar",
      startCommand: "java -jar build/libs/api-1.0-all.jar",
      port: 8085,
      runtimeVersion: "21",
      database: ["postgres"],
    });
  });

  it("runs the module that is the program", () => {
    const files = {
      "settings.gradle": "rootProject.name = 'x'\ninclude 'app', 'lib'\n",
      gradlew: "",
      "app/build.gradle": "plugins { id 'application' }\n",
      "app/src/main/java/org/example/App.java": "class App { public static void main(String[] a) {} }",
      "lib/build.gradle": "plugins { id 'java-library' }\n",
      "lib/src/main/java/org/example/Lib.java": "class Lib {}",
    };
    expect(readingOf(files)).toMatchObject({
      kind: "worker",
      buildCommand: "./gradlew installDist -x test",
      startCommand: "app/build/install/app/bin/app",
    });
    expect(servicesOf(files).map(({ path }) => path)).toEqual(["app"]);
  });
});

it("takes Heroku's file of the version first", () => {
  expect(
    readingOf({
      "pom.xml": pom(["spring-boot-starter-web"]),
      ...main,
      "system.properties": "java.runtime.version=17\n",
    }).runtimeVersion,
  ).toBe("17");
});

describe("a program in one file", () => {
  it("is started as it is", () => {
    const text =
      "import com.sun.net.httpserver.HttpServer;\npublic class Main {\n  public static void main(String[] args) throws Exception {\n    HttpServer.create(new InetSocketAddress(8081), 0).start();\n  }\n}\n";
    expect(readingOf({ "Main.java": text })).toMatchObject({
      kind: "server",
      startCommand: "java Main.java",
      port: 8081,
    });
  });
  it("that listens to nothing is a worker", () => {
    expect(readingOf({ "Main.java": "class Main { public static void main(String[] a) {} }" }).kind).toBe("worker");
  });
});

it("knows the catalog Micronaut publishes", () => {
  const reading = readingOf({
    "build.gradle.kts":
      'plugins { id("io.micronaut.application") version "4.4.0" }\ndependencies { runtimeOnly(mn.h2) }\n',
    "src/main/java/App.java": "class App { public static void main(String[] a) { Micronaut.run(App.class); } }\n",
  });
  expect(reading).toMatchObject({ framework: "micronaut", database: ["h2"] });
});

it("reads a port behind lines that are commented out at their beginning", () => {
  const reading = readingOf({
    "build.gradle": 'plugins { id("io.micronaut.application") version "4.4.0" }\n',
    "src/main/resources/application.yml": "micronaut:\n  http:\n#    proxy: a\n  server:\n    port: 1960\n",
    "src/main/java/App.java": "class App { public static void main(String[] a) { Micronaut.run(App.class); } }\n",
  });
  expect(reading.port).toBe(1960);
});
