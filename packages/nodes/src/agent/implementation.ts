import { arrangeSchema, type JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import {
  addModelUsage,
  type CallsSuspension,
  type ChatMessage,
  implementNode,
  type LanguageModel,
  type NodeCall,
  type NodeContext,
  type NodeParams,
  type NodeResult,
} from '@tenon/core/node'
import { cutText } from '@tenon/core/text'
import { callModel, type ModelAnswer } from '../models/call-model.ts'
import { readJsonAnswer, repairMessage, schemaMessage } from '../shared/ask-for-json.ts'
import { toPromptText } from '../shared/model-params.ts'
import { agent } from './definition.ts'
import { type AgentState, type AskedState, keepState, keptState, type PendingCall } from './state.ts'
import { textOf, toolMessages } from './tool-messages.ts'
import { type OfferedTool, offerTools, readToolCall } from './tools.ts'

/** Most answers in a row that may miss the schema, or whose calls are all refused; the first one included. */
const MAX_ANSWERS = 3
/** Longest part of a response in the error. */
const SHOWN_LENGTH = 2_000
const MAX_ISSUES_SHOWN = 10

type AgentContext = NodeContext<NodeParams<typeof agent>>
type AgentEnd = NodeResult<typeof agent> | CallsSuspension

/**
 * Binds `agent` to the model of the host. A pass asks the model once, and ends with the calls of the tools that it named:
 * nothing is held while they run or people decide, and a crash repeats at most the request in progress.
 *
 * @see docs/adr/0095-an-agent-is-a-caller.md
 */
export function createAgentNode(languageModel: LanguageModel) {
  return implementNode(agent, async (context): Promise<AgentEnd> => {
    const { params, resume } = context
    const tools = offerTools(params.tools, context)
    let state = resume?.kind === 'calls' ? continued(keptState(resume), resume.results, tools) : begun(params)
    for (;;) {
      const turn = await takeTurn(languageModel, state, tools, context)
      if ('end' in turn) return turn.end
      // No node is to be called: the model has to correct itself first.
      state = turn.state
    }
  })
}

function begun({ system, prompt, schema }: NodeParams<typeof agent>): AgentState {
  const rules = [
    ...(system.trim() === '' ? [] : [{ role: 'system', content: system } as const]),
    ...(schema === undefined ? [] : [schemaMessage(schema as JsonObject, 'When you are done, answer')]),
  ]
  const messages: readonly ChatMessage[] = [...rules, { role: 'user', content: toPromptText(prompt) }]
  return { messages, sent: 0, pending: [], round: 0, toolCalls: 0, repairs: 0, usage: null }
}

function continued(
  state: AgentState,
  results: Parameters<typeof toolMessages>[1],
  tools: readonly OfferedTool[],
): AgentState {
  return { ...state, messages: [...state.messages, ...toolMessages(state.pending, results, tools)], pending: [] }
}

/** Asks the model once. */
async function takeTurn(
  languageModel: LanguageModel,
  state: AgentState,
  tools: readonly OfferedTool[],
  context: AgentContext,
): Promise<{ readonly end: AgentEnd } | { readonly state: AgentState }> {
  const { params, log } = context
  const round = state.round + 1
  const { result, usage } = await ask(languageModel, { ...state, round }, tools, context)
  // The log has the messages of this request, and the answer to it.
  const sent = state.messages.length + 1
  const asked: AskedState = { ...state, round, sent, usage: addModelUsage(state.usage ?? undefined, usage) }
  const { text, toolCalls = [] } = result
  if (toolCalls.length === 0) return answered(asked, text, context)
  const messages: readonly ChatMessage[] = [...asked.messages, { role: 'assistant', content: text, toolCalls }]
  if (round >= params.maxRounds) throw roundsExceeded({ ...asked, messages }, params.maxRounds)
  const calls: NodeCall[] = []
  const pending = toolCalls.map((toolCall, index): PendingCall => {
    const read = readToolCall(toolCall, index, tools)
    if ('call' in read) {
      calls.push(read.call)
      return { toolCall, callId: read.call.callId, refusal: null }
    }
    log('warn', `The call of "${toolCall.name}" was refused`, { round, reason: read.refusal })
    return { toolCall, callId: null, refusal: read.refusal }
  })
  const next = { ...asked, messages, pending, toolCalls: asked.toolCalls + toolCalls.length, repairs: 0 }
  if (calls.length === 0) return corrected({ ...next, repairs: asked.repairs + 1 }, tools)
  return { end: { suspend: { kind: 'calls', mode: 'all', calls, state: keepState(next) } } }
}

/** Gives the refusals of an answer to the model, all of whose calls were refused. */
function corrected(state: AskedState, tools: readonly OfferedTool[]): { readonly state: AgentState } {
  const { repairs, pending } = state
  if (repairs < MAX_ANSWERS) return { state: continued(state, [], tools) }
  const issues = pending.map(({ toolCall, refusal }) => ({
    ...{ path: [toolCall.name], code: 'tool_call', message: refusal ?? '' },
  }))
  const details = { answers: repairs, issues: issues.slice(0, MAX_ISSUES_SHOWN) }
  throw new TenonError('MODEL_OUTPUT_INVALID', `No call in ${repairs} answers of the agent can be made`, { details })
}

/** Sends one request and records the response before it is used. */
async function ask(
  languageModel: LanguageModel,
  { messages, round, sent }: AgentState,
  tools: readonly OfferedTool[],
  context: AgentContext,
): Promise<ModelAnswer> {
  const { model, fallbackModels, temperature, maxOutputTokens, schema } = context.params
  const request = {
    messages,
    ...(tools.length === 0 ? {} : { tools: tools.map(({ offer }) => offer) }),
    // A literal param: it is JSON, and the definition requires an object schema.
    ...(schema === undefined
      ? {}
      : { responseSchema: { name: 'answer', schema: arrangeSchema(schema as JsonObject) } }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  }
  const fallbacks = fallbackModels.map((each) => ({ model: each }))
  const call = { languageModel, model, fallbacks, request, answer: round, newMessages: messages.length - sent }
  const answer = await callModel(call, context)
  const { text, usage, finishReason } = answer.result
  // The arguments of the last call may be cut as well: no call of such a response is used.
  if (finishReason === 'length') {
    const details = { outputTokens: usage.outputTokens, lastAnswer: cutText(text, SHOWN_LENGTH, '…') }
    const message = 'The model reached its token limit before it returned a response'
    const truncated = new TenonError('MODEL_OUTPUT_TRUNCATED', message, { details })
    answer.record({ code: truncated.code, message })
    throw truncated
  }
  answer.record()
  return answer
}

/** Ends the agent with the answer of the model, or asks for another one if it does not match the schema. */
function answered(
  state: AskedState,
  text: string,
  { params: { schema, maxRounds }, log }: AgentContext,
): { readonly end: AgentEnd } | { readonly state: AgentState } {
  const { round, usage, toolCalls } = state
  const output = { text, rounds: round, toolCalls, finish: 'stop', usage: usage } as const
  if (schema === undefined) return { end: { port: 'success', output: { ...output, data: null }, usage } }
  const { value, issues } = readJsonAnswer(text, schema as JsonObject)
  if (issues.length === 0) return { end: { port: 'success', output: { ...output, data: value }, usage } }
  const repairs = state.repairs + 1
  log('warn', 'The answer does not match the schema', { round, issues: issues.length })
  if (repairs >= MAX_ANSWERS) {
    const details = {
      ...{ answers: repairs, issues: issues.slice(0, MAX_ISSUES_SHOWN) },
      lastAnswer: cutText(text, SHOWN_LENGTH, '…'),
    }
    const message = `None of ${repairs} answers of the agent matches the schema`
    throw new TenonError('MODEL_OUTPUT_INVALID', message, { details })
  }
  const messages = [...state.messages, { role: 'assistant', content: text } as const, repairMessage(issues)]
  if (round >= maxRounds) throw roundsExceeded({ ...state, messages }, maxRounds)
  return { state: { ...state, messages, repairs } }
}

/** The work so far is in the run log, and its end in the error. */
function roundsExceeded({ messages, toolCalls }: AgentState, rounds: number): TenonError {
  const texts = messages.filter(({ role }) => role === 'assistant').map(textOf)
  const lastAnswer = texts.findLast((text) => text !== '') ?? ''
  const tools = messages
    .flatMap((message) => (message.role === 'assistant' ? (message.toolCalls ?? []) : []))
    .slice(-MAX_ISSUES_SHOWN)
    .map(({ name, arguments: args }) => ({ name, arguments: cutText(args, 200, '…') }))
  const message = `The agent had no answer after ${rounds} requests to the model`
  const details = { rounds, toolCalls, lastAnswer: cutText(lastAnswer, SHOWN_LENGTH, '…'), lastCalls: tools }
  return new TenonError('AGENT_ROUNDS_EXCEEDED', message, { details })
}
