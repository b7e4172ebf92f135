import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Identity, Run } from '@tenon/core/api'
import { isRunOver } from '@tenon/core/run'
import { openaiLanguageModel } from '@tenon/nodes/openai'
import { createBuiltInNodes } from '@tenon/nodes/server'
import type { EngineFactory } from '@tenon/runtime'
import { createEgress } from '@tenon/runtime/egress'
import { openTestPGlite } from '@tenon/runtime/testing'
import { createWorkflowServer } from '@tenon/server'
import { Hono } from 'hono'
import { helpDesk } from '../../examples/host-app/src/demo/help-desk.ts'
import { demoModel } from '../../examples/host-app/src/demo/model.ts'
import { supportTicketRouter } from '../../examples/host-app/src/demo/workflows/support-ticket-router.ts'

const LOOK_EVERY_MS = 50
const ANA: Identity = { tenantId: 'acme', userId: 'ana', role: 'admin', displayName: 'Ana' }

/** The demo's support desk with its ticket router published. */
export interface SupportDesk {
  /** Sends a ticket through the router to its end; where a person is asked, they choose so. */
  route(text: string, choice: 'approve' | 'reject'): Promise<RoutedTicket>
  close(): Promise<void>
}

export interface RoutedTicket {
  readonly run: Run
  /** Node runs that reached out: model and HTTP calls. */
  readonly effects: number
  readonly waits: number
}

const REACHING_OUT: ReadonlySet<string> = new Set(['llm-transform', 'guardrails', 'http-call'])

/** Opens the desk, its model and its API on a port of their own. */
export async function openSupportDesk(engine: EngineFactory): Promise<SupportDesk> {
  const app = new Hono().route('/model', demoModel()).route('/desk', helpDesk())
  const http = createServer(getRequestListener(app.fetch))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const allow = [`127.0.0.1:${port}`]
  const model = { apiKey: 'demo', baseURL: `${url}/model/v1`, models: ['demo-rules'] }
  const languageModel = openaiLanguageModel({ ...model, fetch: createEgress({ allow }).fetch })
  const automation = createWorkflowServer({
    database: { pglite: await openTestPGlite() },
    engine,
    nodes: createBuiltInNodes({ languageModel }),
    authenticate: () => ANA,
    publicUrl: url,
    egress: { allow },
  })
  await automation.migrate()
  await automation.startWorker()
  const client = automation.for(ANA)
  const routing = supportTicketRouter(`${url}/desk`)
  const router = await client.workflows.create(routing)
  await client.versions.publish(router.id)
  const types = new Map(routing.document?.nodes.map(({ id, type }) => [id, type] as const))

  return {
    route: async (text, choice) => {
      const input = { ticket_id: 'T-12345', text, customer_id: 'C-789' }
      const { runId } = await client.runs.start(router.id, { input })
      let waits = 0
      let run = await client.runs.get(runId)
      while (!isRunOver(run.status)) {
        const { items } = await client.approvals.list({ status: 'open', runId })
        for (const { approvalId } of items) {
          waits += 1
          await client.approvals.decide(approvalId, { choice })
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
        run = await client.runs.get(runId)
      }
      if (run.status !== 'completed') throw new RangeError(`The router ended ${run.status}`)
      const { nodeRuns } = await client.runs.ledger(runId)
      const reached = nodeRuns.filter(({ status, nodeId }) => status === 'success' && isOut(types.get(nodeId)))
      return { run, effects: reached.length, waits }
    },
    close: async () => {
      await automation.close()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

function isOut(type: string | undefined): boolean {
  return type !== undefined && REACHING_OUT.has(type)
}
