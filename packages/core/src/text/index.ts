export { cutText } from './cut-text.ts'
export { type DecodedText, decodeText, isTextType, mediaTypeOf } from './decode-text.ts'
export { type JsonReading, type KeptPlace, type ParseJsonOptions, parseJson } from './parse-json.ts'
export { isWellFormed, repairText, textFault, toWellFormed } from './well-formed.ts'
