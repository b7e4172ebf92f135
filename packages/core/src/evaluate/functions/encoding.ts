import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { hasLoneSurrogate } from '../../expression/characters.ts'
import type { FunctionBodies, FunctionBody, FunctionCall } from '../function-body.ts'
import { spendReading, spendSize, spendSteps } from '../meter.ts'

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
const HTML: Readonly<Record<string, string>> = Object.freeze({
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
})

/** Creates a body that converts a well-formed text. Counting the input also limits the size of the result. */
function encoded(change: (text: string, call: FunctionCall) => string): FunctionBody {
  return ([value], call) => {
    const text = value as string
    const { meter } = call.evaluation
    spendReading(meter, 8 * text.length)
    if (hasLoneSurrogate(text)) {
      throw call.fault('EXPRESSION_VALUE', `${call.name} cannot take a text with a lone surrogate`)
    }
    const result = change(text, call)
    spendSize(meter, result.length)
    return result
  }
}

const binaryText = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')

function fromBase64(text: string, call: FunctionCall): string {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  const invalid = () => call.fault('EXPRESSION_VALUE', 'base64Decode takes a text in Base64 that holds UTF-8')
  if (!BASE64.test(standard) || standard.replaceAll('=', '').length % 4 === 1) throw invalid()
  const bytes = Uint8Array.from(atob(standard.replaceAll('=', '')), (character) => character.charCodeAt(0))
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw invalid()
  }
}

function fromUrl(text: string, call: FunctionCall): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw call.fault('EXPRESSION_VALUE', 'urlDecode takes a text in which each % begins a valid escape')
  }
}

/** Formats a version 4 UUID with the random bits of `bytes`. */
function uuidOf(bytes: Uint8Array): string {
  const hex = bytesToHex(bytes.slice(0, 16))
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

/** Returns 53 random bits as a number in [0, 1). */
function fractionOf(bytes: Uint8Array): number {
  const high = Number.parseInt(bytesToHex(bytes.slice(0, 4)), 16)
  const low = Number.parseInt(bytesToHex(bytes.slice(4, 8)), 16)
  return (high * 2 ** 21 + (low >>> 11)) / 2 ** 53
}

const DRAW_STEPS = 20

function draw({ evaluation }: FunctionCall): Uint8Array {
  spendSteps(evaluation.meter, DRAW_STEPS)
  return evaluation.scope.context.draw()
}

/** Bodies of the encoding functions and of those that use the context of the node run. */
export const ENCODING_BODIES: FunctionBodies = Object.freeze({
  base64Encode: encoded((text) => btoa(binaryText(utf8ToBytes(text)))),
  base64Decode: encoded(fromBase64),
  urlEncode: encoded(encodeURIComponent),
  urlDecode: encoded(fromUrl),
  escapeHtml: encoded((text) => text.replace(/[&<>"']/g, (character) => HTML[character] as string)),
  sha256: encoded((text) => bytesToHex(sha256(utf8ToBytes(text)))),
  uuid: (_args, call) => uuidOf(draw(call)),
  random: (_args, call) => fractionOf(draw(call)),
})
