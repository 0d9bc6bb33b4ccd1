// Ends with a message on a Node.js that is too old; the next import would end in a syntax error. This file must be
// imported first, and every Node.js that supports modules must be able to read it.
const [major, minor] = process.versions.node.split('.').map(Number);
const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;
if (!fits) {
  process.stderr.write(
    `This program needs Node.js 20.19 or later in version 20, 22.12 or later in version 22, or 24 or later. This is Node.js ${process.versions.node}.\n`,
  );
  process.exit(1);
}
