import { cpus, loadavg, totalmem, type } from 'node:os'

/** Machine of the figures; the load says how quiet it was. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly system: string
  readonly node: string
  /** Load average of the last minute. */
  readonly loadAtStart: number
  readonly loadAtEnd: number
}

/** Looks at this machine; the returned function looks at its load again. */
export function observeMachine(): () => Machine {
  const loadAtStart = currentLoad()
  const processors = cpus()
  return () => ({
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: type(),
    node: process.version,
    loadAtStart,
    loadAtEnd: currentLoad(),
  })
}

function currentLoad(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100
}
