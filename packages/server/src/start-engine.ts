import { TenonError } from '@tenon/core/errors'
import type { Engine, EngineDeps, EngineFactory } from '@tenon/runtime'

/**
 * Creates the engine of a server; nothing is started.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for a function that is not what `embeddedEngine()` returns.
 */
export function startEngine(factory: EngineFactory, deps: EngineDeps): Engine {
  const engine = callFactory(factory, deps)
  if (typeof engine === 'object' && engine !== null && 'startWorker' in engine) return engine as Engine
  throw notAnEngine()
}

/** An `embeddedEngine` that was not called takes the dependencies of an engine for its options, and refuses them. */
function callFactory(factory: EngineFactory, deps: EngineDeps): unknown {
  try {
    return factory(deps)
  } catch (error) {
    if (error instanceof TenonError && error.code === 'OPTIONS_INVALID') throw notAnEngine(error)
    throw error
  }
}

function notAnEngine(cause?: TenonError): TenonError {
  const remedy = 'engine must be embeddedEngine() or temporalEngine({ ... }): call the function'
  return new TenonError('OPTIONS_INVALID', remedy, {
    remedy,
    ...(cause === undefined ? {} : { cause }),
    details: { issues: [{ path: ['engine'], code: 'invalid_option', message: remedy }] },
  })
}
