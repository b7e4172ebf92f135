// `npm run conformance:mcp`: the scenarios of the Model Context Protocol that concern a server of tools, against a real one.
import { join } from 'node:path'
import { ensureInstalled } from './lib/install.mjs'
import { root } from './lib/paths.mjs'
import { run } from './lib/process.mjs'

await ensureInstalled()
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
try {
  await run(process.execPath, [vitest, 'run', 'packages/server/test/mcp/conformance.test.ts'], {
    cwd: root,
    env: { TENON_MCP_CONFORMANCE: '1' },
  })
} catch (error) {
  console.error(String(error))
  process.exitCode = 1
}
