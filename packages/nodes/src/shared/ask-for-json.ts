import type { Json, JsonSchema } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import {
  type ChatMessage,
  checkJsonSchema,
  type LanguageModel,
  type ModelUsage,
  type NodeContext,
} from '@tenon/core/node'
import { parseJsonText } from './parse-json-text.ts'

/** A first answer and two repairs. */
const MAX_ANSWERS = 3
const MAX_ISSUES_SHOWN = 10

export interface JsonQuestion {
  readonly languageModel: LanguageModel
  /** Empty for the first model of the host. */
  readonly model: string
  /** `^[a-zA-Z0-9_-]{1,64}$`, as providers ask. */
  readonly schemaName: string
  readonly schema: JsonSchema
  readonly messages: readonly ChatMessage[]
  readonly temperature?: number | undefined
}

export interface JsonAnswer {
  readonly value: Json
  /** Of all answers that it took. */
  readonly usage: ModelUsage
}

type AskContext = Pick<NodeContext, 'abortSignal' | 'heartbeat' | 'log'>

/**
 * Asks a model for JSON of a schema; an answer that does not fit is sent back with its faults, twice at most.
 *
 * @throws {@link TenonError} `MODEL_OUTPUT_INVALID` if the third answer does not fit either
 * (details: `answers`, `issues`); `MODEL_FAILED` from the model; `JSON_SCHEMA_INVALID` for the schema.
 */
export async function askForJson(question: JsonQuestion, context: AskContext): Promise<JsonAnswer> {
  const { languageModel, schema, schemaName, temperature } = question
  const model = question.model === '' ? languageModel.models[0] : question.model
  if (model === undefined) throw new TenonError('MODEL_FAILED', 'The host offers no model')
  let messages: readonly ChatMessage[] = [...question.messages, schemaMessage(schema)]
  let issues: readonly ProblemIssue[] = []
  const spent = { inputTokens: 0, outputTokens: 0 }
  for (let answer = 1; answer <= MAX_ANSWERS; answer += 1) {
    context.heartbeat()
    const result = await languageModel.generate({
      model,
      messages,
      responseSchema: { name: schemaName, schema },
      abortSignal: context.abortSignal,
      ...(temperature === undefined ? {} : { temperature }),
    })
    context.log('info', `${result.model} answered`, { ...result.usage, model: result.model, answer })
    spent.inputTokens += result.usage.inputTokens
    spent.outputTokens += result.usage.outputTokens
    const read = readAnswer(result.text, schema)
    if (read.issues.length === 0) return { value: read.value, usage: { ...spent, model: result.model } }
    issues = read.issues
    context.log('warn', 'The answer does not fit the schema', {
      answer,
      issues: issues.slice(0, MAX_ISSUES_SHOWN).map(toText),
    })
    messages = [...messages, { role: 'assistant', content: result.text }, repairMessage(issues)]
  }
  throw new TenonError('MODEL_OUTPUT_INVALID', `The model gave ${MAX_ANSWERS} answers and none fits the schema`, {
    details: { answers: MAX_ANSWERS, issues: issues.slice(0, MAX_ISSUES_SHOWN) },
  })
}

function readAnswer(
  text: string,
  schema: JsonSchema,
): { readonly value: Json; readonly issues: readonly ProblemIssue[] } {
  const result = parseJsonText(stripFence(text))
  if (!result.ok) return { value: null, issues: [{ path: [], code: 'json', message: 'It is not JSON' }] }
  return { value: result.value, issues: checkJsonSchema(schema, result.value) }
}

/** Models without a JSON mode like to wrap their answer in a code block. */
function stripFence(text: string): string {
  const trimmed = text.trim()
  if (!trimmed.startsWith('```') || !trimmed.endsWith('```')) return trimmed
  return trimmed.slice(trimmed.indexOf('\n') + 1, -3).trim()
}

/** Not every server that speaks this protocol knows `response_format`; words help those that do not. */
function schemaMessage(schema: JsonSchema): ChatMessage {
  return {
    role: 'system',
    content: `Answer with one JSON value that fits this JSON Schema, and nothing else:\n${JSON.stringify(schema)}`,
  }
}

function repairMessage(issues: readonly ProblemIssue[]): ChatMessage {
  const list = issues.slice(0, MAX_ISSUES_SHOWN).map((issue) => `- ${toText(issue)}`)
  return {
    role: 'user',
    content: ['Your answer does not fit the schema:', ...list, 'Answer again with the corrected JSON only.'].join('\n'),
  }
}

function toText({ path, message }: ProblemIssue): string {
  return `${path.length === 0 ? 'the whole answer' : path.join('.')}: ${message}`
}
