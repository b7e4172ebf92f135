import { maskCredentials, maskText } from '@tenon/core/mask'
import type { RuntimeLog } from '@tenon/runtime'

/**
 * The log of a server: the host's, or the console for warnings and errors. Credentials in messages and fields are
 * masked before: a field may be the message of a service, a driver or a plugin. A log of the host that throws stops nothing:
 * its lines go to the console.
 */
export function createLog(given: RuntimeLog | undefined): RuntimeLog {
  const write = given === undefined ? writeToConsole : withConsole(given)
  return (level, message, fields) => {
    if (fields === undefined) write(level, maskText(message))
    else write(level, maskText(message), maskFields(fields))
  }
}

function withConsole(log: RuntimeLog): RuntimeLog {
  return (...line) => {
    try {
      log(...line)
    } catch (error) {
      writeToConsole('error', 'log.failed: the log of the host threw an error', { reason: maskField(error) })
      writeToConsole(...line)
    }
  }
}

const writeToConsole: RuntimeLog = (level, message, fields = {}) => {
  if (level === 'info') return
  // biome-ignore lint/suspicious/noConsole: where the host gives no log, a warning must not be lost
  console[level](`[tenon] ${message}`, fields)
}

function maskFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, maskField(value)]))
}

function maskField(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value)
  if (value instanceof Error) return maskText(value.stack ?? value.message)
  if (typeof value !== 'object' || value === null) return value
  try {
    return maskCredentials(JSON.parse(JSON.stringify(value)) as unknown)
  } catch {
    return '[unreadable]'
  }
}
