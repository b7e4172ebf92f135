import { fileTypeFromBuffer } from 'file-type'

/** Finds the media type that the first bytes of a file name; `null` for text, and for a format that is not known. */
export async function findFileType(head: Uint8Array): Promise<string | null> {
  try {
    return (await fileTypeFromBuffer(head))?.mime ?? null
  } catch {
    // Bytes that end in the middle of a header, or were made to confuse a parser: they name no type.
    return null
  }
}
