import { TenonError, type TenonErrorCode } from '../errors/index.ts'
import { EXPRESSION_LIMITS, type ExpressionLimit } from './limits.ts'
import { type SyntaxFault, syntaxMessage } from './syntax-fault.ts'

/** Details of every error of the parser: the offset in UTF-16 units from 0, line and column from 1. */
interface FaultLocation {
  readonly position: number
  readonly line: number
  readonly column: number
}

/** Returns the line and column of an offset. */
function lineAndColumn(text: string, position: number): Omit<FaultLocation, 'position'> {
  const before = text.slice(0, position)
  const lastBreak = before.lastIndexOf('\n')
  return { line: before.split('\n').length, column: position - lastBreak }
}

function faultAt(code: TenonErrorCode, text: string, position: number, message: string, details: object): TenonError {
  const location = lineAndColumn(text, position)
  return new TenonError(code, `${message} (line ${location.line}, column ${location.column})`, {
    details: { position, ...location, ...details },
  })
}

/** Creates a syntax error; its details are the position and the fault. */
export function syntaxError(text: string, position: number, fault: SyntaxFault): TenonError {
  return faultAt('EXPRESSION_SYNTAX', text, position, syntaxMessage(fault), fault)
}

/** Returns the fault of a syntax error. @param details - Of an error that {@link syntaxError} has created. */
export function syntaxFaultOf(details: unknown): SyntaxFault {
  const { position, line, column, ...fault } = details as SyntaxFault & FaultLocation
  return fault
}

export function forbiddenKeyError(text: string, position: number, key: string): TenonError {
  return faultAt('EXPRESSION_KEY_FORBIDDEN', text, position, `The key "${key}" is not allowed`, { key })
}

export function limitError(text: string, position: number, limit: ExpressionLimit): TenonError {
  const max = EXPRESSION_LIMITS[limit]
  const message = {
    expressionLength: `An expression has at most ${max} characters`,
    templateLength: `A template has at most ${max} characters`,
    depth: `An expression nests at most ${max} levels deep`,
    nodes: `An expression has at most ${max} parts`,
  }[limit]
  return faultAt('EXPRESSION_LIMIT', text, position, message, { limit, max })
}
