import { resolve } from 'node:path'

/** Settings of the environment, with the demo's defaults. */
export interface DemoEnvironment {
  readonly port: number
  readonly dataDirectory: string
  /** Addresses beside the public ones that nodes may reach, such as a database in the own network. */
  readonly egressAllow: readonly string[]
  readonly databaseUrl: string | null
  readonly engine: 'embedded' | 'temporal'
  readonly temporalAddress: string
  /** API of Slack: the stand-in of the demo unless it is set. */
  readonly slackApiUrl: string
  readonly model: { readonly apiKey: string; readonly baseURL: string; readonly name: string; readonly isDemo: boolean }
}

export function readEnvironment(env: NodeJS.ProcessEnv): DemoEnvironment {
  const port = Number(env.PORT ?? 4400)
  const apiKey = env.OPENAI_API_KEY
  return {
    port,
    dataDirectory: resolve(env.TENON_DATA_DIR ?? '.tenon'),
    egressAllow: listIn(env.TENON_EGRESS_ALLOW),
    databaseUrl: env.DATABASE_URL ?? null,
    engine: env.TENON_ENGINE === 'temporal' ? 'temporal' : 'embedded',
    slackApiUrl: env.TENON_SLACK_API_URL ?? `http://127.0.0.1:${port}/demo/slack/api`,
    temporalAddress: env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233',
    model:
      apiKey === undefined
        ? { apiKey: 'demo', baseURL: `http://127.0.0.1:${port}/demo/model/v1`, name: 'demo-rules', isDemo: true }
        : {
            apiKey,
            baseURL: env.OPENAI_BASE_URL ?? 'https://api.openai.com/v1',
            name: env.OPENAI_MODEL ?? 'gpt-5-mini',
            isDemo: false,
          },
  }
}

/** Returns the entries of a list that are separated by commas, with or without spaces. */
function listIn(text = ''): readonly string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}
