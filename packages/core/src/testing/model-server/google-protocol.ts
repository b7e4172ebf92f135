import type { Json, JsonObject } from '../../json.ts'
import type { AnswerTurn, ModelProtocol } from './model-server.ts'
import { argumentsOf, callsOf, finishOf, nameFaults, objectsIn, piecesOf, usageOf } from './turn-parts.ts'

const FINISH = { stop: 'STOP', length: 'MAX_TOKENS', 'tool-calls': 'STOP', filter: 'SAFETY' } as const
const ROLES: ReadonlySet<Json | undefined> = new Set(['user', 'model'])

/** The generative language API of Google. */
export const googleProtocol: ModelProtocol = {
  name: 'google',
  path: /\/models\/[^/]+:(generateContent|streamGenerateContent)$/,
  modelOf: (_body, path) => /models\/([^/:]+):/.exec(path)?.[1] ?? '',
  isStream: (_body, path) => path.includes(':streamGenerateContent'),
  toolsOf: ({ tools }) =>
    objectsIn(tools).flatMap((tool) => objectsIn(tool.functionDeclarations).map(({ name }) => String(name))),
  faultsOf: (body, { 'x-goog-api-key': key = '' }) => {
    const contents = objectsIn(body.contents)
    return [
      ...(key === '' ? ['the key is missing'] : []),
      ...(contents.length === 0 ? ['there are no contents'] : []),
      ...contents
        .filter(({ role }) => !ROLES.has(role))
        .map(({ role }) => `the role ${JSON.stringify(role ?? null)} does not exist`),
      ...nameFaults(googleProtocol.toolsOf(body)),
    ]
  },
  error: (status, message) => ({
    error: { code: status, message, status: status === 429 ? 'RESOURCE_EXHAUSTED' : 'INTERNAL' },
  }),
  whole: (turn, model) => responseOf(turn, model, partsOf(turn), true),
  events: (turn, model) => {
    const pieces = piecesOf(turn).map((text): Json => ({ text }))
    const calls = partsOf({ kind: 'answer', toolCalls: callsOf(turn) })
    return [
      ...[...pieces, ...calls].map((part) => responseOf(turn, model, [part], false)),
      responseOf(turn, model, [], true),
    ].map((each) => ({ data: JSON.stringify(each) }))
  },
}

function partsOf(turn: AnswerTurn): readonly Json[] {
  const text = piecesOf(turn).join('')
  return [
    ...(turn.reasoning === undefined ? [] : [{ text: turn.reasoning, thought: true }]),
    ...(text === '' ? [] : [{ text }]),
    ...callsOf(turn).map(({ name, arguments: written }) => ({ functionCall: { name, args: argumentsOf(written) } })),
  ]
}

function responseOf(turn: AnswerTurn, model: string, parts: readonly Json[], isEnd: boolean): JsonObject {
  const { inputTokens, cachedInputTokens, outputTokens, totalTokens } = usageOf(turn)
  return {
    candidates: [
      {
        ...{ index: 0, content: { role: 'model', parts: [...parts] } },
        ...(isEnd ? { finishReason: FINISH[finishOf(turn)] } : {}),
      },
    ],
    modelVersion: model,
    ...(isEnd
      ? {
          usageMetadata: {
            ...{ promptTokenCount: inputTokens, candidatesTokenCount: outputTokens, totalTokenCount: totalTokens },
            ...(cachedInputTokens === 0 ? {} : { cachedContentTokenCount: cachedInputTokens }),
          },
        }
      : {}),
  }
}
