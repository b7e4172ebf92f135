import { hash } from 'node:crypto'
import type { FileId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { Payload } from '../store/append.ts'

/** Files that one value may contain. */
const MOST_FILES = 10_000
const FILE_IN_TEXT = /"file":"(fil_[0-9a-f]{32})"/g

/**
 * Returns the payload that represents a file: as long as a run refers to it, the file is kept. So references to files are
 * stored, shared and deleted by the same statements as large values.
 *
 * @see docs/adr/0085-a-file-is-a-reference.md
 */
export function fileMark(fileId: FileId): Payload {
  const json = { file: fileId }
  const text = JSON.stringify(json)
  return { hash: hash('sha256', text), size: text.length, text, json, isFile: true }
}

/**
 * Returns the marks of the files in a value.
 *
 * @param text - Canonical JSON text of the value.
 * @throws {@link TenonError} `VALUE_TOO_LARGE` for a value with more than 10,000 files.
 */
export function fileMarksIn(text: string): readonly Payload[] {
  // Most values have none, and this runs for every value of a run.
  if (!text.includes('"file":"fil_')) return []
  const ids = new Set<FileId>()
  for (const [, id = ''] of text.matchAll(FILE_IN_TEXT)) ids.add(id)
  if (ids.size <= MOST_FILES) return [...ids].map(fileMark)
  throw new TenonError('VALUE_TOO_LARGE', `The value contains ${ids.size} files, more than ${MOST_FILES}`, {
    remedy: 'Pass fewer files in one value, such as in batches.',
  })
}
