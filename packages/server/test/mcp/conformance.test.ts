import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMcpServer, type McpServer } from '../../src/mcp/index.ts'
import { toNodeHandler } from '../../src/node/index.ts'
import { publish } from '../../src/testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../../src/testing/kit/test-server.ts'
import { testIdentity } from '../../src/testing/test-identity.ts'
import { conformanceNodes } from './conformance-nodes.ts'
import { conformanceWorkflows } from './conformance-workflows.ts'

/**
 * Scenarios of the revision 2026-07-28 and of the extension for tasks that concern a server of tools, each with the checks
 * that do not apply, by the reason.
 */
const SCENARIOS: Readonly<Record<string, readonly string[]>> = {
  'tools-list': [],
  'tools-call-simple-text': [],
  'tools-call-error': [],
  'tools-call-with-progress': [],
  'http-header-validation': [],
  'dns-rebinding-protection': [],
  'server-sse-multiple-streams': [],
  'input-required-result-unsupported-methods': [],
  'tasks-capability-negotiation': [],
  'tasks-wire-fields': [],
  'tasks-request-state-removal': [],
  'tasks-request-headers': [],
  'tasks-dispatch-and-envelope': [],
  // They need diagnostic tools that no workflow can be: such as one that logs to the client.
  'server-stateless': [
    'sep-2575-server-rejects-undeclared-capability',
    'sep-2575-missing-capability-http-400',
    'sep-2575-http-server-no-independent-requests-on-stream',
    'sep-2575-server-no-log-without-loglevel',
  ],
  // No run ends with a fault of the protocol.
  'tasks-lifecycle': ['sep-2663-tasks-get-status-failed'],
  // The client answers with fields that the form of an approval does not have.
  'tasks-mrtr-input': ['tasks-mrtr-tasks-update-resumes', 'tasks-mrtr-partial-fulfillment'],
}

/** Those of `npm test`; `npm run conformance:mcp` runs all. */
const SHORT = ['tools-list', 'tools-call-with-progress', 'tasks-wire-fields', 'tasks-request-headers']
const scenarios = process.env.TENON_MCP_CONFORMANCE === '1' ? Object.keys(SCENARIOS) : SHORT

const cli = join(
  dirname(fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/package.json'))),
  'dist/index.js',
)
const loader = join(import.meta.dirname, 'conformance-loader.mjs')

let server: TestServer
let mcp: McpServer
let url: string
const http = createServer((request, response) => toNodeHandler(mcp)(request, response))
beforeAll(async () => {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  url = `http://localhost:${port}/mcp`
  const as = testIdentity({ role: 'editor' })
  const allowedOrigins = [`http://localhost:${port}`]
  server = await openTestServer({ nodes: conformanceNodes, authenticate: () => as, allowedOrigins })
  for (const document of conformanceWorkflows) await publish(server, as, document)
  mcp = createMcpServer(server.automation, { name: 'Conformance', taskAfterMs: 300, waitMs: 5_000 })
})
afterAll(async () => {
  http.closeAllConnections()
  await new Promise((resolve) => http.close(resolve))
  await mcp.close()
  await server.close()
})

test.each(scenarios)('%s', async (scenario) => {
  const args = ['--import', loader, cli, 'server', '--url', url, '--scenario', scenario]
  const output = await new Promise<string>((resolve) =>
    execFile(process.execPath, [...args, '--spec-version', '2026-07-28', '--force'], (_error, stdout, stderr) =>
      resolve(stripVTControlCharacters(stdout + stderr)),
    ),
  )
  const results = [...output.matchAll(/^\S+ \[(\S+)\s*\] (SUCCESS|FAILURE)/gm)]
  const failed = results.filter(([, , status]) => status === 'FAILURE').map(([, id]) => id)
  expect(results.length, output).toBeGreaterThan(0)
  expect(failed.sort(), output).toEqual([...(SCENARIOS[scenario] ?? [])].sort())
})
