import type { RunEngine } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import type { Engine, EngineDeps, EngineFactory } from '../../engine.ts'
import { twoEngines } from './two-engines.ts'

const DEPS = { retention: { days: 1 } } as unknown as EngineDeps

/** Engine that notes its calls; it answers each with its kind. */
function noting(kind: RunEngine, calls: string[], more: Partial<Engine> = {}): EngineFactory {
  return (deps) => {
    calls.push(`${kind} ${deps.retention === undefined ? 'deletes nothing' : 'deletes'}`)
    const answer = (name: string) => async (): Promise<never> => {
      calls.push(`${kind} ${name}`)
      return { outcome: 'accepted' } as never
    }
    const methods = [
      ...['start', 'decide', 'resolveParked', 'sendEvent', 'cancel', 'skipCompensation', 'pause', 'resume'],
      ...[
        'pauseStarts',
        'resumeStarts',
        'migrate',
        'withdrawMigration',
        'checkMigration',
        'changeEngine',
        'unservedQueues',
      ],
      ...['startWorker', 'close'],
    ].map((name) => [name, answer(name)])
    const lookForWork = () => calls.push(`${kind} looks`)
    return { kind, kinds: [kind], lookForWork, ...Object.fromEntries(methods), ...more } as Engine
  }
}

function pairOf(more: Partial<Engine> = {}) {
  const calls: string[] = []
  const options = { starting: noting('temporal', calls), continuing: noting('embedded', calls, more) }
  return { engine: twoEngines(options)(DEPS), calls }
}

describe('twoEngines', () => {
  test('starts runs at the first engine, and deletes expired runs once', async () => {
    const { engine, calls } = pairOf()
    expect(calls.splice(0)).toEqual(['temporal deletes', 'embedded deletes nothing'])
    expect([engine.kind, engine.kinds]).toEqual(['temporal', ['temporal', 'embedded']])
    await engine.start({} as never)
    expect(calls).toEqual(['temporal start'])
  })

  test.each([
    'decide',
    'resolveParked',
    'sendEvent',
    'cancel',
    'skipCompensation',
    'pause',
    'resume',
    'resumeStarts',
    'migrate',
    'withdrawMigration',
  ] as const)('%s is stored once, and both engines look for it', async (name) => {
    const { engine, calls } = pairOf()
    calls.length = 0
    await (engine[name] as (...request: unknown[]) => Promise<unknown>)('t', 'r', {})
    expect(calls).toEqual([`temporal ${name}`, 'temporal looks', 'embedded looks'])
  })

  test('changes the engine of a run by the engine that is to execute it', async () => {
    const { engine, calls } = pairOf()
    calls.length = 0
    for (const to of ['temporal', 'embedded'] as const) {
      await engine.changeEngine('t', 'r', { engine: to, actor: null })
    }
    expect(calls.filter((call) => call.endsWith('changeEngine'))).toEqual([
      'temporal changeEngine',
      'embedded changeEngine',
    ])
  })

  test('starts and closes both, also if one of them fails', async () => {
    const away = async () => {
      throw new RangeError('away')
    }
    const { engine, calls } = pairOf({ startWorker: away })
    calls.length = 0
    await expect(engine.startWorker()).rejects.toThrow('away')
    await engine.close()
    engine.lookForWork()
    expect(calls).toEqual([
      ...['temporal startWorker', 'temporal close', 'embedded close', 'temporal looks', 'embedded looks'],
    ])
  })

  test('refuses two engines of one kind, and what is no engine', () => {
    const calls: string[] = []
    const same = twoEngines({ starting: noting('embedded', calls), continuing: noting('embedded', calls) })
    expect(() => same(DEPS)).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }))
    const faulty = { starting: {}, continuing: noting('embedded', calls) } as never
    expect(() => twoEngines(faulty)).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }))
  })
})
