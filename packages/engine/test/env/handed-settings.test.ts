import { describe } from "vitest";
import { requiredTable } from "./required.ts";

const config = `export const config = {
  port: process.env.PORT,
  payment: { key: process.env.PAYMENT_KEY, hook: process.env.PAYMENT_HOOK },
  mail: { host: process.env.MAIL_HOST, user: process.env.MAIL_USER },
};`;

describe("settings that one file fills from variables and others ask for", () => {
  requiredTable({
    "what nobody asks for is needed": {
      files: {
        "config.ts": config,
        "pay.ts": `import { config } from "./config";\npay(config.payment.key, config.payment.hook);`,
      },
      required: ["MAIL_HOST", "MAIL_USER", "PAYMENT_HOOK", "PAYMENT_KEY"],
    },
    "what is asked for first can be left out, with all that is read there": {
      files: {
        "config.ts": config,
        "mail.ts": `import { config } from "./config";\nif (config.mail.host) send({ host: config.mail.host, user: config.mail.user });`,
      },
      required: ["PAYMENT_HOOK", "PAYMENT_KEY"],
    },
    "a part of them taken out under a name": {
      files: {
        "config.js": config.replace("export const config =", "module.exports ="),
        "mail.js": `const config = require("./config");\nconst { host, user: sender } = config.mail;\nexports.send = () => (host && sender ? send(host, sender) : null);`,
      },
      required: ["PAYMENT_HOOK", "PAYMENT_KEY"],
    },
    "the program stops without it, wherever it asks": {
      files: {
        "config.ts": `export default { token: process.env.BOT_TOKEN || "" , extra: process.env.EXTRA_NAME || "" };`,
        "index.ts": `import config from "./config";\nif (!config.token) throw new Error("no token");`,
      },
      required: ["BOT_TOKEN"],
    },
    "constants by their names": {
      files: {
        "constants.ts": `export const FEED_TOKEN = process.env.FEED_TOKEN;\nexport const API_TOKEN = process.env.API_TOKEN;`,
        "feed.ts": `import { FEED_TOKEN, API_TOKEN as token } from "./constants";\nexport const feed = FEED_TOKEN ? read(FEED_TOKEN) : null;\nuse(token);`,
      },
      required: ["API_TOKEN"],
    },
    "what a client is made with is its own affair": {
      files: {
        "shop.ts": `export const shop = connect({ scopes: process.env.SHOP_SCOPES });`,
        "write.ts": `const config = read();\nif (config.scopes) write(config.scopes);`,
      },
      required: ["SHOP_SCOPES"],
    },
    "one name for several of them says nothing of either": {
      files: {
        "config.ts": `export const a = { token: process.env.FIRST_TOKEN };\nexport const b = { token: process.env.SECOND_TOKEN };`,
        "use.ts": `import { a } from "./config";\nif (config.token) start();`,
      },
      required: ["FIRST_TOKEN", "SECOND_TOKEN"],
    },
    "a part whose keys are missing is left out with a word": {
      files: {
        "keys.js": `module.exports = { google: { id: process.env.GOOGLE_ID, secret: process.env.GOOGLE_SECRET }, jwt: { secret: process.env.JWT_SECRET } };`,
        "passport.js": `const { google, jwt } = require("./keys");\nuse(new Jwt(jwt.secret));\ntry {\n  use(new Google({ id: google.id, secret: google.secret }));\n} catch (error) {\n  console.log("Missing google keys");\n}`,
      },
      required: ["JWT_SECRET"],
    },
  });
});
