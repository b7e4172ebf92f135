import type { FunctionParameter, FunctionSignature } from './signature.ts'

const text: readonly FunctionParameter[] = [{ name: 'text', type: 'text' }]

/** Functions that encode and decode texts, all in UTF-8, and those that use the context of the node run. */
export const ENCODING_FUNCTIONS: readonly FunctionSignature[] = [
  {
    name: 'base64Encode',
    family: 'encoding',
    parameters: text,
    returns: 'text',
    help: 'The text in Base64.',
    example: { expression: 'base64Encode("Grüße")', value: 'R3LDvMOfZQ==' },
  },
  {
    name: 'base64Decode',
    family: 'encoding',
    parameters: text,
    returns: 'text',
    help: 'The text decoded from Base64 (also its URL form).',
    example: { expression: 'base64Decode("R3LDvMOfZQ==")', value: 'Grüße' },
  },
  {
    name: 'urlEncode',
    family: 'encoding',
    parameters: text,
    returns: 'text',
    help: 'The text encoded as part of a URL.',
    example: { expression: 'urlEncode("a b&c")', value: 'a%20b%26c' },
  },
  {
    name: 'urlDecode',
    family: 'encoding',
    parameters: text,
    returns: 'text',
    help: 'The text decoded from part of a URL.',
    example: { expression: 'urlDecode("a%20b%26c")', value: 'a b&c' },
  },
  {
    name: 'escapeHtml',
    family: 'encoding',
    parameters: text,
    returns: 'text',
    help: 'The text with & < > " \' escaped for HTML.',
    example: { expression: 'escapeHtml("a < b")', value: 'a &lt; b' },
  },
  {
    name: 'sha256',
    family: 'encoding',
    parameters: text,
    returns: 'text',
    help: 'The SHA-256 hash of the text as 64 hexadecimal digits.',
    example: {
      expression: 'sha256("abc")',
      value: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    },
  },
  {
    name: 'uuid',
    family: 'encoding',
    parameters: [],
    returns: 'text',
    help: 'A random UUID; each call gives a new one, a replay gives the same.',
    example: { expression: 'uuid()', value: '' },
    impure: true,
  },
  {
    name: 'random',
    family: 'number',
    parameters: [],
    returns: 'number',
    help: 'A random number from 0 up to but not including 1; each call gives a new one, a replay gives the same.',
    example: { expression: 'random()', value: 0 },
    impure: true,
  },
]
