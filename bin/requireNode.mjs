// Ends with words on a Node.js that is too old for what comes after, which would end in a syntax error otherwise. It must
// be imported first, and be readable by every Node.js that knows modules.
const [major, minor] = process.versions.node.split('.').map(Number);
const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;
if (!fits) {
  process.stderr.write(
    `This needs Node.js 20.19, 22.12 or later of these lines, or 24 or later; here is ${process.versions.node}.\n`,
  );
  process.exit(1);
}
