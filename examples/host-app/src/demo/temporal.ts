import type { EngineFactory } from '@tenon/runtime'
import { temporalEngine } from '@tenon/runtime/temporal'
import type { DemoEnvironment } from './environment.ts'

/** The same demo on Temporal: `npm run start:temporal` starts a dev server and names its address. */
export async function temporal(environment: DemoEnvironment): Promise<EngineFactory> {
  return temporalEngine({ address: environment.temporalAddress })
}
