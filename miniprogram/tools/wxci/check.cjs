// Asks WeChat's own compiler whether it can read the built program: `node tools/wxci/check.cjs [FOLDER]`.
// Offline: the attributes of a real app id, its domains and its privacy guide are not looked at. Only what is to be
// minified is read for its syntax.
const path = require("node:path");
const ci = require("miniprogram-ci");

const folder = path.resolve(process.argv[2] ?? path.join(__dirname, "..", ".."));

async function compiled() {
  const project = new ci.Project({
    appid: "wx0000000000000000",
    type: "miniProgram",
    projectPath: folder,
    privateKey: "none",
    ignores: ["node_modules/**/*", "tools/**/*", "tests/**/*", "src/**/*", "run/**/*"],
  });
  project.attr = async () => ci.DefaultProjectAttr;
  return ci.getCompiledResult({ project, setting: { es6: true, es7: true, minify: true } });
}

compiled().then(
  (files) => {
    console.log(`WeChat's compiler read ${Object.keys(files).length} files.`);
    process.exit(0);
  },
  (error) => {
    console.error(`WeChat's compiler refuses (${error.code ?? "?"}): ${error.message}`);
    process.exit(1);
  },
);
