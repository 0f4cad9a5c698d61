import { describe } from "vitest";
import { requiredTable } from "./required.ts";

const dotnet = { runtime: "dotnet" } as const;
const java = { runtime: "java" } as const;
const rust = { runtime: "rust" } as const;

describe("settings that only fit the machine of their author", () => {
  requiredTable({
    "a connection of .NET to a database of this machine": {
      files: {
        "appsettings.json": JSON.stringify({
          ConnectionStrings: {
            Main: "Server=(localdb)\\MSSQLLocalDB;Database=shop",
            Files: "Data Source=shop.db",
            Far: "Host=db.example.net;Database=shop",
            Cache: "localhost:6379,password=a",
          },
          Kafka: { Broker: "127.0.0.1:9092", Topic: "orders" },
          Site: { Url: "http://localhost:5000" },
        }),
        "Program.cs":
          'Use(config.GetConnectionString("Main"), config.GetConnectionString("Files"), config.GetConnectionString("Far"), config.GetConnectionString("Cache"), config["Kafka:Broker"], config["Kafka:Topic"], config["Site:Url"]);',
      },
      facts: dotnet,
      required: ["ConnectionStrings__Cache", "ConnectionStrings__Main", "Kafka__Broker"],
    },
    "a connection to a name that no network but its author's knows": {
      files: {
        "appsettings.json": JSON.stringify({
          ConnectionStrings: {
            Main: "Host=store;Port=5432;Database=shop",
            Desk: "Data Source=DESKTOP-1\\SQLEXPRESS;Initial Catalog=shop",
            Home: "Server=192.168.1.20,1433;Database=shop",
            Far: "Host=10.example.net;Database=shop",
            Files: "Data Source=shop",
            Disk: "sqlite://data/shop.db",
          },
          Redis: { Host: "cache", Address: "cache:6379", Name: "shop" },
        }),
        "Program.cs":
          'Use(config.GetConnectionString("Main"), config.GetConnectionString("Desk"), config.GetConnectionString("Home"), config.GetConnectionString("Far"), config.GetConnectionString("Files"), config.GetConnectionString("Disk"), config["Redis:Host"], config["Redis:Address"], config["Redis:Name"]);',
      },
      facts: dotnet,
      required: [
        "ConnectionStrings__Desk",
        "ConnectionStrings__Home",
        "ConnectionStrings__Main",
        "Redis__Address",
        "Redis__Host",
      ],
    },
    "no connection of .NET that is only commented out, and no address in a section that nothing reads": {
      files: {
        "appsettings.json": JSON.stringify({
          ConnectionStrings: { Main: "Server=(localdb)\\A;Database=shop", Old: "Server=(localdb)\\A;Database=old" },
          RabbitMq: { Host: "localhost" },
        }),
        "Program.cs":
          'Use(config.GetConnectionString("Main"));\n// Use(config.GetConnectionString("Old"));\nbus.UsingRabbitMq(a);\n',
      },
      facts: dotnet,
      required: ["ConnectionStrings__Main"],
    },
    "the address of a database of Spring in a network of containers": {
      files: {
        "src/main/resources/application.yml":
          "spring:\n  datasource:\n    url: jdbc:mysql://mysqldb:3306/shop\n  data:\n    redis:\n      host: ${CACHE:cache}\n",
      },
      facts: java,
      required: ["SPRING_DATASOURCE_URL"],
    },
    "no connection the program asks for first, and none it never asks for": {
      files: {
        "appsettings.json": JSON.stringify({ ConnectionStrings: { Cache: "", Main: "", Settings: "" } }),
        "Program.cs":
          'var cache = builder.Configuration.GetConnectionString("Cache");\nif (!string.IsNullOrWhiteSpace(cache))\n{\n  services.AddCache(cache);\n}\nservices.AddStore(builder.Configuration.GetConnectionString("Main"));\n',
      },
      facts: dotnet,
      required: ["ConnectionStrings__Main"],
    },
    "a setting of .NET once, in whatever case it is asked for": {
      files: {
        "Program.cs": 'Use(configuration["JWT:Key"]);\nUse(configuration["jwt:key"]);',
      },
      facts: dotnet,
      required: ["JWT__Key"],
    },
    "nothing of the ways to do it that the settings do not choose": {
      files: {
        "appsettings.json": JSON.stringify({
          Mail: { Provider: "smtp", Smtp: { Password: "" }, Grid: { ApiKey: "" } },
        }),
        "Program.cs": 'var mail = configuration.GetSection("Mail");\nUse(mail);',
      },
      facts: dotnet,
      required: ["Mail__Smtp__Password"],
    },
    "no text for people in which a word stands for nothing": {
      files: {
        "appsettings.json": JSON.stringify({
          Page: { Text: "A small introduction to your blog, in as many words as you like" },
          Mail: { Host: "your host" },
        }),
        "Program.cs": 'Use(configuration["Page:Text"], configuration["Mail:Host"]);',
      },
      facts: dotnet,
      required: ["Mail__Host"],
    },
    "the address of a database of Spring on this machine": {
      files: {
        "src/main/resources/application.yml":
          "spring:\n  datasource:\n    url: jdbc:mysql://localhost:3306/shop\n    username: root\n  rabbitmq:\n    host: mq.example.net\nserver:\n  port: 8081\n",
        "src/main/resources/application-dev.properties": "spring.data.mongodb.uri=mongodb://localhost/shop\n",
      },
      facts: java,
      required: ["SPRING_DATASOURCE_URL"],
    },
    "no address the profile of production replaces": {
      files: {
        "src/main/resources/application.properties": "spring.datasource.url=jdbc:postgresql://localhost/shop\n",
        "src/main/resources/application-prod.properties":
          "spring.datasource.url=jdbc:postgresql://db.example.net/shop\n",
      },
      facts: java,
      required: [],
    },
    "what files of settings of the JVM leave to variables in lower case": {
      files: {
        "src/main/resources/application.yml":
          "shop:\n  title: shop\ndatasources:\n  default:\n    url: jdbc:mysql://${rdb.host}:${rdb.port:3306}/${shop.title}\n    username: ${spring.shop.user}\n    password: ${store.password}\n",
        "src/main/resources/application-dev.yml": "store:\n  password: shop\n",
      },
      facts: java,
      required: ["RDB_HOST"],
    },
    "nothing of settings that a server of settings may give": {
      files: {
        "src/main/resources/application.properties": "spring.config.import=configserver:\nshop.host=${rdb.host}\n",
      },
      facts: java,
      required: [],
    },
    "what Ktor's settings leave open, and nothing of their comments": {
      files: {
        "src/main/resources/application.conf":
          'ktor {\n  // prop: ${PROP_A}\n  file {\n    host: "https://store.example.net"\n    host: ${?FILE_HOST}\n    apiKey: ${?FILE_API_KEY}\n  }\n  jwt {\n    secret: "long"\n    secret: ${?SIGN_SECRET}\n    issuer: ${SIGN_ISSUER}\n  }\n}\n',
      },
      facts: { ...java, framework: "ktor" },
      required: ["FILE_API_KEY", "SIGN_ISSUER"],
    },
    "the address of a database that no settings of Spring have": {
      files: {
        "build.gradle":
          "dependencies {\n  implementation 'org.springframework.boot:spring-boot-starter-data-jpa'\n  runtimeOnly 'org.postgresql:postgresql'\n}\n",
        "src/main/resources/application.yaml": "spring:\n  jpa:\n    show-sql: false\n",
        "src/main/resources/application-local.yaml":
          "spring:\n  datasource:\n    url: jdbc:postgresql://localhost:5432/shop\n",
      },
      facts: { ...java, framework: "spring-boot" },
      required: ["SPRING_DATASOURCE_URL"],
    },
    "no address of a database the program opens itself": {
      files: {
        "build.gradle":
          "dependencies {\n  implementation 'org.springframework.boot:spring-boot-starter-jdbc'\n  runtimeOnly 'org.postgresql:postgresql'\n}\n",
        "src/main/resources/application.yaml": "server:\n  port: 8080\n",
        "src/main/java/Store.java":
          "class Store { DataSource a() { return DataSourceBuilder.create().url(b).build(); } }",
      },
      facts: { ...java, framework: "spring-boot" },
      required: [],
    },
    "names of viper that its file leaves empty, or knows on this machine": {
      files: {
        "config/app.yaml": 'db:\n  uri: "mongodb://localhost:27017"\n  name: shop\njwt:\n  secret: ""\nport: 3000\n',
        "internal/config.go":
          'package internal\nfunc Load() {\n\tviper.SetConfigName("app")\n\tviper.BindEnv("db.uri", "MONGO_URI")\n\tviper.BindEnv("db.name", "MONGO_NAME")\n\tviper.BindEnv("jwt.secret", "SIGN_SECRET")\n\tviper.BindEnv("port", "SHOP_PORT")\n\tviper.ReadInConfig()\n\tviper.Unmarshal(&config)\n}\n',
      },
      facts: { runtime: "go" },
      required: ["MONGO_URI", "SIGN_SECRET"],
    },
    "no section of .NET that only a connection has its name of": {
      files: {
        "appsettings.json": JSON.stringify({
          ConnectionStrings: { RabbitMQ: "amqp://localhost:5672/" },
          RabbitMq: { Host: "localhost" },
        }),
        "Program.cs": 'bus.UsingRabbitMq(Use(configuration.GetConnectionString("RabbitMQ")));\n',
      },
      facts: dotnet,
      required: ["ConnectionStrings__RabbitMQ"],
    },
    "the address of a database of Quarkus on this machine": {
      files: {
        "src/main/resources/application.properties":
          "%dev.quarkus.redis.hosts=redis://localhost:6379\n%prod.quarkus.datasource.jdbc.url=jdbc:postgresql://localhost:5432/shop\n",
      },
      facts: java,
      required: ["QUARKUS_DATASOURCE_JDBC_URL"],
    },
    "what files of settings of Rust leave out, or know on this machine": {
      files: {
        "configuration/base.yaml":
          'application:\n  port: 8000\n  secret: "long"\ndatabase:\n  host: "127.0.0.1"\n  name: shop\nqueue_uri: "redis://localhost:6379"\n',
        "configuration/local.yaml": 'application:\n  base_url: "http://127.0.0.1"\n',
        "configuration/production.yaml": "database:\n  require_ssl: true\n",
        "src/configuration.rs":
          '#[derive(Deserialize)]\npub struct Settings {\n    pub application: Application,\n    pub database: Database,\n    pub queue_uri: Secret<String>,\n}\n#[derive(Deserialize)]\npub struct Application {\n    pub port: u16,\n    pub secret: Secret<String>,\n    pub base_url: String,\n}\n#[derive(Deserialize)]\npub struct Database {\n    pub host: String,\n    pub name: String,\n    pub require_ssl: bool,\n}\npub fn load() -> Result<Settings, ConfigError> {\n    let settings = Config::builder()\n        .add_source(File::from(folder.join("base.yaml")))\n        .add_source(File::from(folder.join(named)))\n        .add_source(Environment::with_prefix("APP").prefix_separator("_").separator("__"))\n        .build()?;\n    settings.try_deserialize::<Settings>()\n}\n',
      },
      facts: rust,
      required: ["APP_APPLICATION__BASE_URL", "APP_DATABASE__HOST", "APP_QUEUE_URI"],
    },
  });
});

describe("classes of .NET that settings fill", () => {
  const options =
    'public class MailOptions { public const string Section = "Mail"; [Required] public string Host { get; set; } = ""; [Range(1, 9)] public long Owner { get; set; } public string Note { get; set; } = string.Empty; }\n';
  requiredTable({
    "by the name of their section": {
      files: {
        "MailOptions.cs": options,
        "Program.cs": "services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section).ValidateOnStart();",
      },
      facts: dotnet,
      required: ["Mail__Host", "Mail__Note", "Mail__Owner"],
    },
    "by a function of the project's own": {
      files: {
        "MailOptions.cs": options,
        "Extensions.cs":
          "static class Extensions {\n  public static T GetOptions<T>(this IConfiguration configuration, string name) where T : new()\n  {\n    var options = new T();\n    configuration.GetSection(name).Bind(options);\n    return options;\n  }\n}\n",
        "Program.cs": 'var mail = builder.Configuration.GetOptions<MailOptions>("Post");',
      },
      facts: dotnet,
      required: ["Post__Host", "Post__Note", "Post__Owner"],
    },
    "where something asks whether they are whole": {
      files: {
        "MailOptions.cs": options,
        "Program.cs": "services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section);",
      },
      facts: dotnet,
      required: [],
    },
    "that are made before": {
      files: {
        "MailOptions.cs": options,
        "Program.cs":
          'var mail = new MailOptions();\nconfiguration.GetSection("Mail").Bind(mail);\nPostOptions post = new();\nconfiguration.Bind("Post", post);\n',
        "PostOptions.cs":
          "public class PostOptions { public required string Path { get; init; } public ulong BoxId { get; set; } public int Count { get; set; } }\n",
      },
      facts: dotnet,
      required: ["Mail__Host", "Mail__Note", "Mail__Owner", "Post__BoxId", "Post__Path"],
    },
    "and must not be empty, as they are in the file": {
      files: {
        "appsettings.json": JSON.stringify({ Mail: { Host: "", Note: "" } }),
        "MailOptions.cs": options,
        "Program.cs": "services.Configure<MailOptions>(configuration.GetSection(MailOptions.Section));",
      },
      facts: dotnet,
      required: ["Mail__Host", "Mail__Owner"],
    },
    "what is asked for by the name of a member": {
      files: {
        "Config.cs":
          'public static class Config { public static string Token => config.GetValue(nameof(Token), ""); public static string MapKey => config.GetValue(nameof(MapKey), ""); public static int Limit => config.GetValue(nameof(Limit), 15); public static string Prefix => config.GetValue(nameof(Prefix), "!"); }\n',
      },
      facts: dotnet,
      required: ["Token"],
    },
  });
});

describe("settings of .NET that some place does without", () => {
  requiredTable({
    "and one that is asked for with what the program puts before its variables": {
      files: {
        "appsettings.json": JSON.stringify({ Bot: { Token: "" } }),
        "Program.cs":
          'var configuration = new ConfigurationBuilder().AddJsonFile("appsettings.json").AddEnvironmentVariables("SHOP_").Build();\nStart(configuration["Bot:Token"], configuration["Bot:Room"], Environment.GetEnvironmentVariable("SIGN_KEY"));\n',
      },
      facts: dotnet,
      required: ["SHOP_Bot__Room", "SHOP_Bot__Token", "SIGN_KEY"],
    },
    "and one that the host reads without": {
      files: {
        "Program.cs":
          'var builder = Host.CreateApplicationBuilder(args);\nbuilder.Configuration.AddEnvironmentVariables(prefix: "SHOP_");\nStart(builder.Configuration["Bot:Token"]);\n',
      },
      facts: dotnet,
      required: ["Bot__Token"],
    },
    "because it is only there while the program is developed": {
      files: {
        "Program.cs":
          'if (app.Environment.IsDevelopment())\n{\n  Open(configuration["Near:Host"]);\n}\nOpen(configuration["Far:Host"]);\n',
      },
      facts: dotnet,
      required: ["Far__Host"],
    },
    "because something else is chosen": {
      files: {
        "appsettings.json": JSON.stringify({ Search: { Engine: "elastic" } }),
        "Files.cs": "public class Files { public string Key { get; set; } }\n",
        "Program.cs":
          'var provider = builder.Configuration["Provider"] ?? "SqlServer";\nif (provider.Equals("SqlServer", StringComparison.OrdinalIgnoreCase))\n{\n  Open(configuration.GetConnectionString("Main"));\n}\nelse if (provider == "Postgres")\n{\n  Open(configuration.GetConnectionString("Other"));\n}\nif (configuration["Images"] == "Cloud")\n{\n  services.Configure<Files>(configuration.GetSection("Files"));\n}\nif (engine == "Elastic")\n{\n  Open(configuration["Elastic:Index"]);\n}\n',
      },
      facts: dotnet,
      required: ["ConnectionStrings__Main", "Elastic__Index"],
    },
    "and one it stops without": {
      files: {
        "Program.cs":
          'if (builder.Configuration["Bot:Token"] == null)\n    throw new InvalidOperationException("No token.");\nif (builder.Configuration["Bot:Room"] == null) { Wait(); }\n',
      },
      facts: dotnet,
      required: ["Bot__Token"],
    },
    "and one whose value says what it is for": {
      files: {
        "appsettings.json": JSON.stringify({ Bot: { Token: "token", ChannelId: "id", Name: "name" } }),
        "Program.cs": 'Start(configuration["Bot:Token"], configuration["Bot:ChannelId"], configuration["Bot:Name"]);\n',
      },
      facts: dotnet,
      required: ["Bot__ChannelId", "Bot__Token"],
    },
    "because it asks for it first": {
      files: {
        "Queue.cs":
          'minutes = string.IsNullOrWhiteSpace(configuration["Wait"]) ? 15 : int.Parse(configuration["Wait"]!);\nif (!string.IsNullOrEmpty(configuration["Cache:Host"]))\n{\n  services.AddCache(configuration["Cache:Host"]);\n}\n',
      },
      facts: dotnet,
      required: [],
    },
    "because it is about what the program reports": {
      files: {
        "appsettings.json": JSON.stringify({ ApplicationInsights: { InstrumentationKey: "#{Key}" } }),
        "Program.cs": 'Report(configuration["ApplicationInsights:ConnectionString"]);\n',
      },
      facts: dotnet,
      required: [],
    },
  });
});
