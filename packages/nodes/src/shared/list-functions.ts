import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { createMeter, createPlainScope, evaluateExpression } from '@tenon/core/evaluate'
import { parseExpression } from '@tenon/core/expression'

/**
 * Limits of one evaluation of a node: a list of 100,000 numbers is sorted within them. They are counts, so that every
 * engine stops at the same item.
 */
const LIMITS = Object.freeze({ maxSteps: 6_000_000, maxSize: 10_000_000 })

/** Functions of the expression language for one evaluation of a node, so that nodes and expressions compare alike. */
export interface ListFunctions {
  /**
   * Calls a function.
   *
   * @param call - An expression over `values`, such as `sum(numbers)`.
   * @throws {@link TenonError} as `evaluateExpression`: `EXPRESSION_TYPE`, `COMPARISON_TYPES_DIFFER`, `EXPRESSION_LIMIT`.
   */
  call(call: string, values: Readonly<Record<string, Json>>): Json
  /**
   * Reads a field of all items. An item without the field has the value null.
   *
   * @throws {@link TenonError} `EXPRESSION_SYNTAX` for a text that is no path, `EXPRESSION_LIMIT`.
   */
  valuesAt(items: readonly Json[], field: string): readonly Json[]
  /**
   * Counts characters of the output before they are built.
   *
   * @throws {@link TenonError} `EXPRESSION_LIMIT`
   */
  spend(characters: number): void
}

/** Creates the functions for one evaluation: all calls share its limits. */
export function createListFunctions(): ListFunctions {
  const meter = createMeter(LIMITS)
  let characters = 0
  const call: ListFunctions['call'] = (text, values) => evaluateExpression(text, createPlainScope(values), { meter })
  return {
    call,
    valuesAt: (items, field) => {
      if (field === '') return items
      return call('pluck(items, path)', { items, path: withMissing(field) }) as readonly Json[]
    },
    spend: (more) => {
      characters += more
      if (characters <= LIMITS.maxSize) return
      throw new TenonError('EXPRESSION_LIMIT', `The result is too large (at most ${LIMITS.maxSize} characters)`, {
        details: { limit: 'size', max: LIMITS.maxSize },
      })
    },
  }
}

// In expressions a missing key is an error unless the path says that it may be absent; here each key may be.
function withMissing(field: string): string {
  const joint = /^(\?\.|\[|\.)/.test(field) ? '' : '.'
  const path = parseExpression(`item${joint}${field}`)
  // Anything else is no path, as the function says better.
  if (path.kind !== 'path') return field
  const keys = path.segments.map((segment) => {
    if (segment.kind === 'computed') return null
    return segment.kind === 'key' ? `?.[${JSON.stringify(segment.key)}]` : `?.[${segment.index}]`
  })
  return keys.includes(null) ? field : keys.join('')
}

/** Converts the checked items of a param: resolved params contain JSON only. */
export function asItems(items: readonly unknown[]): readonly Json[] {
  return items as readonly Json[]
}
