import { z } from 'zod'
import { MAX_FILE_NAME } from '../../document/file-ref.ts'
import { fileRefSchema } from '../../node/files.ts'
import { instantSchema, textSchema } from './common.ts'

export const fileInfoSchema = z
  .strictObject({
    ref: fileRefSchema,
    hash: z.string(),
    createdAt: instantSchema,
    createdBy: z.strictObject({ userId: z.string(), displayName: z.string() }).nullable(),
  })
  .meta({ id: 'FileInfo' })

export const fileLinkSchema = z.strictObject({ url: z.string(), expiresAt: instantSchema }).meta({ id: 'FileLink' })

export const fileLinkRequestSchema = z
  .strictObject({ expiresInMs: z.int().min(1_000).max(3_600_000).exactOptional() })
  .meta({ id: 'CreateFileLink' })

/** A media type without parameters, such as `application/pdf`. */
const mediaTypeSchema = z
  .string()
  .max(127)
  .regex(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/i, 'Must be a media type such as application/pdf')

/** Name without a path or control characters: it becomes part of a header, and of a path on the disk of a person. */
const fileNameSchema = textSchema(MAX_FILE_NAME).refine(
  (name) => name.trim() !== '' && !['.', '..'].includes(name) && !/[/\\\p{Cc}]/u.test(name),
  { error: 'Must be the name of a file without a path' },
)

export const uploadQuery = z.object({ name: fileNameSchema, type: mediaTypeSchema.exactOptional() })

export const streamSchema = z.custom<ReadableStream<Uint8Array>>((value) => value instanceof ReadableStream)
