import { TenonError } from '@tenon/core/errors'
import type { Engine, EngineFactory, EnginePorts } from '@tenon/runtime'

/**
 * Creates the engine of a server; nothing is started.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for a function that is not what `embeddedEngine()` returns.
 */
export function startEngine(factory: EngineFactory, deps: EnginePorts): Engine {
  const engine: unknown = factory(deps)
  if (typeof engine === 'object' && engine !== null && 'startWorker' in engine) return engine as Engine
  const remedy = 'engine must be embeddedEngine() or temporalEngine({ ... }): call the function'
  throw new TenonError('OPTIONS_INVALID', remedy, {
    remedy,
    details: { issues: [{ path: ['engine'], code: 'invalid_option', message: remedy }] },
  })
}
