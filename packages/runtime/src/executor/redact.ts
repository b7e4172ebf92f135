import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { maskCredentials, maskText, type Redactor } from '@tenon/core/mask'
import type { NodeOutcome, Suspension } from '@tenon/core/node'
import { encodeValue } from '@tenon/core/run'
import type { ObservationPump } from './observation-pump.ts'
import type { OpenedParams } from './open-params.ts'
import type { BodyEnd } from './run-body.ts'

/** A pump whose log lines and tool calls show no credential. */
export function redactPump(pump: ObservationPump, { credentials }: OpenedParams): ObservationPump {
  const hide = <Value extends Json>(value: Value): Value => maskCredentials(credentials.json(value))
  return {
    ...pump,
    log(level, message, data) {
      const text = maskText(credentials.text(message))
      if (data === undefined) pump.log(level, text)
      else pump.log(level, text, hideJson(data, hide))
    },
    toolCall: (call) => pump.toolCall(hideJson(call, hide)),
  }
}

/** Redacts the values of secret params in the outcome of a body, and every credential in its error. */
export function redactEnd(end: BodyEnd, { secrets, credentials }: OpenedParams): BodyEnd {
  if (end.kind === 'thrown') return { kind: 'thrown', error: redactError(end.error, credentials) }
  if (end.kind !== 'result' || secrets.isEmpty) return end
  return { kind: 'result', result: hideJson(end.result, (value) => secrets.json(value)) as NodeOutcome | Suspension }
}

function redactError(error: unknown, credentials: Redactor): unknown {
  if (!(error instanceof TenonError)) return error
  const { code, message, retryable, remedy, details } = error
  return new TenonError(code, maskText(credentials.text(message)), {
    cause: error,
    retryable,
    remedy: maskText(credentials.text(remedy)),
    ...(details === undefined
      ? {}
      : { details: hideJson(details, (value) => maskCredentials(credentials.json(value))) }),
  })
}

/** Redacts what is JSON; what is not is refused where it is stored. */
function hideJson<Value>(value: Value, hide: (value: Json) => Json): Value {
  try {
    const { json } = encodeValue(value)
    const hidden = hide(json)
    // Unchanged, so the original outcome is used.
    return hidden === json ? value : (hidden as Value)
  } catch {
    return value
  }
}
