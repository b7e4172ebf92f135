import type { FileRef, Json, JsonObject } from '@tenon/core/document'
import { isFileRef, isJsonObject } from '@tenon/core/document'
import type { DocumentContent } from '@tenon/core/node'

/** Content of a document, with the file that was read. */
export interface ReadDocument {
  readonly content: Omit<DocumentContent, 'text'>
  /** `null` for a document of a bucket, and in runs of earlier versions. */
  readonly file: FileRef | null
}

const LISTS = ['pages', 'fields', 'tables', 'answers', 'signatures'] as const

/** Finds the content of a document that a node has read: the value itself, or one of its fields. */
export function findDocument(value: Json): ReadDocument | null {
  if (!isJsonObject(value)) return null
  const found = [value, ...Object.values(value)].find((part) => isJsonObject(part) && isContent(part))
  if (!isJsonObject(found)) return null
  const { file } = found
  return { content: found as unknown as DocumentContent, file: isFileRef(file) ? file : null }
}

/** Anything may be named so: all that is shown is checked. */
function isContent(value: JsonObject): boolean {
  if (typeof value['pageCount'] !== 'number') return false
  const { pages, fields, tables, answers, signatures } = value
  if (!LISTS.every((name) => Array.isArray(value[name]))) return false
  return (
    every(
      pages,
      (page) => isCount(page['page']) && every(page['lines'], (line) => isText(line['text']) && isSure(line)),
    ) &&
    every(fields, (field) => isText(field['name']) && isOnPage(field) && isValue(field['value'])) &&
    every(
      tables,
      (table) => isOnPage(table) && every(table['cells'], (cell) => isText(cell['text']) && isSure(cell)),
    ) &&
    every(answers, (answer) => isText(answer['name']) && isText(answer['text']) && isOnPage(answer)) &&
    every(signatures, isOnPage)
  )
}

function every(list: Json | undefined, check: (item: JsonObject) => boolean): boolean {
  return Array.isArray(list) && list.every((item: Json) => isJsonObject(item) && check(item))
}

const isText = (value: Json | undefined) => typeof value === 'string'
const isCount = (value: Json | undefined) => Number.isSafeInteger(value) && Number(value) > 0

function isOnPage(value: JsonObject): boolean {
  return isCount(value['page']) && isSure(value)
}

function isSure(value: JsonObject): boolean {
  return typeof value['confidence'] === 'number' && isBox(value['box'])
}

function isValue(value: Json | undefined): boolean {
  return value === null || (isJsonObject(value) && isText(value['text']) && isBox(value['box']))
}

function isBox(box: Json | undefined): boolean {
  return isJsonObject(box) && ['left', 'top', 'width', 'height'].every((side) => typeof box[side] === 'number')
}
