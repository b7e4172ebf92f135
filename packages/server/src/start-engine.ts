import { TenonError } from '@tenon/core/errors'
import type { Engine, EngineFactory, EnginePorts } from '@tenon/runtime'

/**
 * Makes the engine of a server; nothing is started.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for a function that is not what `embeddedEngine()` returns.
 */
export function startEngine(factory: EngineFactory, ports: EnginePorts): Engine {
  const engine: unknown = factory(ports)
  if (typeof engine === 'object' && engine !== null && 'startWorker' in engine) return engine as Engine
  const remedy = 'engine must be what embeddedEngine() or temporalEngine({ ... }) returns: call it'
  throw new TenonError('OPTIONS_INVALID', remedy, {
    remedy,
    details: { issues: [{ path: ['engine'], code: 'invalid_option', message: remedy }] },
  })
}
