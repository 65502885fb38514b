// Makes the VSIX of this platform: `npm run package`. It holds this platform's pseudo-terminal and no other.
import { mkdir } from 'node:fs/promises';
import { createVSIX } from '@vscode/vsce';
import manifest from '../package.json' with { type: 'json' };

const target = `${process.platform}-${process.arch}`;
const packagePath = `out/agentlm-${target}-${manifest.version}.vsix`;
await mkdir('out', { recursive: true });
await createVSIX({
  packagePath,
  target,
  dependencies: false,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});
console.log(packagePath);
