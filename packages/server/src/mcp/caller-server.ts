import { ProtocolError, ProtocolErrorCode, Server, type ServerContext } from '@modelcontextprotocol/server'
import type { ToolInfo } from '@tenon/core/api'
import { z } from 'zod'
import type { ProtocolCaller } from '../protocols/protocol-callers.ts'
import { argumentsSchema, isCallerFault, listTools } from '../protocols/tool-run.ts'
import { type CallSettings, callTool } from './call-tool.ts'
import { requireTasks, TASKS } from './client-support.ts'
import { cancelTask, readTask, updateTask } from './tasks.ts'

export interface CallerServerSettings extends CallSettings {
  readonly name: string
  readonly version: string
  readonly instructions?: string
}

const TASK = z.object({ taskId: z.string() })

/** Creates the server of one request, for the person who has sent it. */
export function createCallerServer(caller: ProtocolCaller, settings: CallerServerSettings): Server {
  const { name, version, instructions } = settings
  const server = new Server(
    { name, version },
    {
      capabilities: { tools: {}, extensions: { [TASKS]: {} } },
      ...(instructions === undefined ? {} : { instructions }),
    },
  )
  const answer = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      throw toProtocolError(error, settings)
    }
  }
  const onTask = (method: string, work: (taskId: string, ctx: ServerContext) => Promise<object>): void =>
    server.setRequestHandler(method, { params: TASK }, ({ taskId }, ctx) => {
      requireTasks(ctx)
      return answer(() => work(taskId, ctx) as Promise<Record<string, unknown>>)
    })

  server.setRequestHandler('tools/list', ({ params }) =>
    answer(async () => {
      const { items, nextCursor } = await listTools(caller, params?.cursor)
      return { tools: items.map(toTool), ...(nextCursor === null ? {} : { nextCursor }) }
    }),
  )
  server.setRequestHandler('tools/call', ({ params }, ctx) => answer(() => callTool(caller, settings, params, ctx)))
  onTask('tasks/get', (taskId) => readTask(caller, taskId))
  // The SDK takes the responses out of the params.
  onTask('tasks/update', (taskId, { mcpReq }) => updateTask(caller, taskId, mcpReq.inputResponses))
  onTask('tasks/cancel', (taskId) => cancelTask(caller, taskId))
  return server
}

function toTool(tool: ToolInfo) {
  const { name, description, workflowName: title } = tool
  return { name, title, description, inputSchema: argumentsSchema(tool) }
}

/** A request that cannot be answered: the code of the specification, with ours and what to do. */
function toProtocolError(error: unknown, { logError }: Pick<CallSettings, 'logError'>): unknown {
  if (error instanceof ProtocolError) return error
  if (!isCallerFault(error)) {
    logError(error)
    return new ProtocolError(ProtocolErrorCode.InternalError, 'The server could not answer the request')
  }
  const { code, message, remedy } = error
  // The protocol has no code for a caller who has to wait.
  const kind = code === 'RATE_LIMITED' ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams
  return new ProtocolError(kind, message, { code, remedy })
}
