import { TenonError } from '../../errors/index.ts'

/** The typed error that a call throws; anything else that happens is rethrown or an error of the test. */
export function faultOf(call: () => unknown): TenonError {
  try {
    call()
  } catch (error) {
    if (error instanceof TenonError) return error
    throw error
  }
  throw new Error('Nothing was thrown')
}

/** `CODE message` of what a call throws, or its value as JSON text. */
export function outcomeOf(call: () => unknown): string {
  try {
    return JSON.stringify(call())
  } catch (error) {
    if (error instanceof TenonError) return `${error.code} ${error.message}`
    throw error
  }
}
