import { describe } from "vitest";
import { manifest, table } from "./expect.ts";

const page = `<html><body><div id="app"></div></body></html>`;
const callsWebpack = `const webpack = require("webpack");\nwebpack(require("./webpack.prod.conf"), () => {});`;
const devServer = `const express = require("express");
const middleware = require("webpack-dev-middleware");
express().use(middleware(compiler)).listen(process.env.PORT || 8080);`;

const vue = {
  "index.html": page,
  "build/build.js": callsWebpack,
  "build/dev-server.js": devServer,
  "build/webpack.prod.conf.js": `module.exports = merge(base, { output: { path: config.build.assetsRoot } });`,
  "config/index.js": `const path = require("path");
    module.exports = { dev: { port: 8080 }, build: { assetsRoot: path.resolve(__dirname, "../www") } };`,
};
const vuePackages = {
  dependencies: { vue: "2" },
  devDependencies: { webpack: "3", "html-webpack-plugin": "2", express: "4", "webpack-dev-middleware": "1" },
};

const ejected = {
  "public/index.html": page,
  "config/paths.js": `const resolveApp = (path) => resolve(root, path);
    module.exports = { appBuild: resolveApp("docs"), appPublic: resolveApp("public") };`,
  "scripts/build.js": `const webpack = require("webpack");\nwebpack(require("../config/webpack.config")("production"));`,
  "scripts/start.js": `process.env.NODE_ENV = "development";
    const WebpackDevServer = require("webpack-dev-server");\nnew WebpackDevServer(compiler).listen(3000);`,
};

describe("pages that a program of the project's own hands to webpack", () => {
  table({
    "are those of Vue 2's template, whose settings name their folder": {
      files: {
        ...vue,
        "package.json": manifest({
          scripts: { dev: "node build/dev-server.js", build: "node build/build.js" },
          ...vuePackages,
        }),
      },
      is: { kind: "static", buildCommand: "npm run build", outputDir: "www", startCommand: null, port: null },
    },
    "also where its development server is called start, and another compiles what it serves": {
      files: {
        ...vue,
        "build/prod-server.js": devServer,
        "package.json": manifest({
          main: "index.js",
          scripts: {
            start: "node build/dev-server.js",
            prod: "node build/prod-server.js",
            build: "node build/build.js",
          },
          ...vuePackages,
        }),
      },
      is: { kind: "static", outputDir: "www", startCommand: null },
    },
    "are those of Create React App, ejected": {
      files: {
        ...ejected,
        "package.json": manifest({
          scripts: { start: "node scripts/start.js", build: "node scripts/build.js" },
          dependencies: { react: "16", "react-dev-utils": "10", webpack: "4", "webpack-dev-server": "3" },
        }),
      },
      is: { kind: "static", framework: "cra", buildCommand: "npm run build", outputDir: "docs", startCommand: null },
    },
  });
});

describe("where Create React App leaves its pages", () => {
  const scripts = { start: "react-scripts start", build: "react-scripts build" };
  const cra = {
    "package.json": manifest({ scripts, dependencies: { "react-scripts": "5" } }),
    "public/index.html": page,
  };
  table({
    "is told by its settings": {
      files: { ...cra, ".env": "BUILD_PATH=./www\n" },
      is: { framework: "cra", outputDir: "www" },
    },
    "is told by what overrides its paths": {
      files: {
        ...cra,
        "config-overrides.js": `const path = require("path");
          module.exports = { paths: (paths) => { paths.appBuild = path.resolve(__dirname, "public_html"); return paths; } };`,
      },
      is: { framework: "cra", outputDir: "public_html" },
    },
  });
});

describe("sites that gulp puts together", () => {
  const gulpfile = `const paths = { source: "src", build: { html: "site/", css: "site/css/" } };
    function html() { return src("src/**/*.html").pipe(fileInclude()).pipe(dest(paths.build.html)); }
    function css() { return src("src/scss/*.scss").pipe(sass()).pipe(dest(paths.build.css)); }`;
  table({
    "a template with a tool of its own, whose folders are written with others": {
      files: {
        "package.json": JSON.stringify({
          name: "kit",
          main: "gulpfile.mjs",
          bin: { "kit-tools": "./cli/tools.mjs" },
          scripts: { build: "gulp build --build" },
          devDependencies: { gulp: "4", "gulp-nunjucks-render": "2" },
        }),
        "gulpfile.mjs": `import { scripts } from "./gulp/tasks/scripts.mjs";`,
        "gulp/path.mjs":
          "const buildFolder = './build';\nexport const path = { build: { scripts: `${buildFolder}/js/`, html: `${buildFolder}/` } };",
        "gulp/tasks/messages.mjs": `export const messages = { scripts: "Oops! Scripts errored" };`,
        "gulp/tasks/scripts.mjs": `export const scripts = () => src("src/a.js").pipe(dest(path.build.scripts));\nexport const html = () => src("src/**/*.html").pipe(dest(path.build.html));`,
      },
      is: { kind: "static", buildCommand: "npm run build", outputDir: "build" },
    },
    "are built by the task of that name": {
      files: {
        "package.json": manifest({ devDependencies: { gulp: "4" } }),
        "gulpfile.js": `${gulpfile}\nexports.build = series(html, css);`,
      },
      is: { kind: "static", buildCommand: "npx gulp build", outputDir: "site", startCommand: null },
    },
    "have their tasks in files of their own": {
      files: {
        "package.json": manifest({ scripts: { dev: "gulp", build: "gulp build" }, devDependencies: { gulp: "4" } }),
        "gulpfile.js": `require("./gulp/tasks/html");`,
        "gulp/tasks/html.js":
          "const out = './public_html';\ngulp.task('html', () => gulp.src('src/*.pug').pipe(pug()).pipe(gulp.dest(`${out}/pages`)));",
      },
      is: { kind: "static", buildCommand: "npm run build", outputDir: "public_html" },
    },
    "are none where a library is built that a page only shows": {
      files: {
        "package.json": JSON.stringify({ name: "slider", main: "dist/slider.js", devDependencies: { gulp: "4" } }),
        "gulpfile.js": `gulp.task("build", () => gulp.src("src/*.js").pipe(gulp.dest("dist")));\ngulp.watch("demo/*.html");`,
      },
      is: { kind: "package" },
    },
  });
});

describe("builders that no script of a usual name runs", () => {
  table({
    "a blog of Hexo without scripts, whose settings are called as those of Jekyll": {
      files: {
        "package.json": manifest({ dependencies: { hexo: "6" } }),
        "_config.yml": "title: Blog\npublic_dir: site\n",
        "source/_posts/one.md": "one",
        "_posts/old.md": "old",
      },
      is: { kind: "static", framework: "hexo", buildCommand: "npx hexo generate", outputDir: "site" },
    },
    "webpack under its own name": {
      files: {
        "package.json": manifest({
          scripts: { start: "webpack --watch", webpack: "webpack" },
          devDependencies: { webpack: "5", "html-webpack-plugin": "5" },
        }),
        "webpack.config.js": `const path = require("path");\nmodule.exports = { output: { path: path.resolve(__dirname, "docs") } };`,
      },
      is: { kind: "static", buildCommand: "npm run webpack", outputDir: "docs" },
    },
  });
});
