import { TenonError } from '../../errors/index.ts'

/** Returns the typed error that a call throws; rethrows other errors, and throws if the call succeeds. */
export function faultOf(call: () => unknown): TenonError {
  try {
    call()
  } catch (error) {
    if (error instanceof TenonError) return error
    throw error
  }
  throw new Error('Nothing was thrown')
}

/** Returns `CODE message` of the error that a call throws, or its value as JSON text. */
export function outcomeOf(call: () => unknown): string {
  try {
    return JSON.stringify(call())
  } catch (error) {
    if (error instanceof TenonError) return `${error.code} ${error.message}`
    throw error
  }
}
