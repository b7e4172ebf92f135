import { z } from 'zod'
import { CONNECTOR_AUTH_KINDS } from '../../node/connector.ts'
import { isHostPattern } from '../../node/http-credentials.ts'
import { instantSchema, textSchema } from './common.ts'

const fieldName = z.string().regex(/^[a-z][A-Za-z0-9]{0,59}$/)
const nameSchema = textSchema(200).min(1)
const hostsSchema = z
  .array(z.string().refine(isHostPattern, { error: 'Write api.example.com, *.example.com, or http://localhost:8080' }))
  .min(1)
  .max(20)
  .readonly()
const sharingSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['tenant', 'user']) }),
    z.strictObject({ kind: z.literal('workflows'), workflowIds: z.array(textSchema(400)).min(1).max(200).readonly() }),
  ])
  .meta({ id: 'ConnectionSharing' })

const connectorInfoSchema = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    auth: z.enum(CONNECTOR_AUTH_KINDS),
    fields: z
      .array(
        z.strictObject({
          name: z.string(),
          isSecret: z.boolean(),
          isRequired: z.boolean(),
          choices: z.array(z.string()).readonly().exactOptional(),
        }),
      )
      .readonly(),
    allowedHosts: z.array(z.string()).readonly(),
    canTest: z.boolean(),
  })
  .meta({ id: 'ConnectorInfo' })

export const connectorListSchema = z
  .strictObject({ items: z.array(connectorInfoSchema).readonly(), secretManager: z.string().nullable() })
  .meta({ id: 'ConnectorList' })

export const connectionInfoSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    connector: z.string(),
    values: z.record(z.string(), z.string()).readonly(),
    secrets: z
      .record(z.string(), z.strictObject({ setAt: instantSchema, setBy: z.string(), isReference: z.boolean() }))
      .readonly(),
    allowedHosts: z.array(z.string()).readonly(),
    sharing: sharingSchema,
    owner: z.strictObject({ userId: z.string(), displayName: z.string() }),
    isProvided: z.boolean(),
    mayChange: z.boolean(),
    status: z.enum(['connected', 'needs_reauth']),
    statusReason: z.string().nullable(),
    createdAt: instantSchema,
    updatedAt: instantSchema,
  })
  .meta({ id: 'ConnectionInfo' })

const changeableFields = {
  name: nameSchema,
  // A certificate authority may have some thousand characters.
  values: z.record(fieldName, textSchema(8_000)).readonly(),
  secrets: z.record(fieldName, textSchema(16_384).min(1)).readonly(),
  references: z.record(fieldName, textSchema(1_000).min(1)).readonly(),
  allowedHosts: hostsSchema,
  sharing: sharingSchema,
}

export const createConnectionSchema = z
  .strictObject({
    connector: textSchema(60).min(1),
    name: changeableFields.name,
    values: changeableFields.values.exactOptional(),
    secrets: changeableFields.secrets.exactOptional(),
    references: changeableFields.references.exactOptional(),
    allowedHosts: changeableFields.allowedHosts.exactOptional(),
    sharing: changeableFields.sharing.exactOptional(),
  })
  .meta({ id: 'CreateConnection' })

export const updateConnectionSchema = z
  .strictObject({
    name: changeableFields.name.exactOptional(),
    values: changeableFields.values.exactOptional(),
    secrets: changeableFields.secrets.exactOptional(),
    references: changeableFields.references.exactOptional(),
    allowedHosts: changeableFields.allowedHosts.exactOptional(),
    sharing: changeableFields.sharing.exactOptional(),
  })
  .meta({ id: 'UpdateConnection' })

export const connectionAuthorizationSchema = z.strictObject({ url: z.string() }).meta({ id: 'ConnectionAuthorization' })

export const finishAuthorizationSchema = z
  .strictObject({ code: textSchema(4_000).min(1), state: textSchema(4_000).min(1) })
  .meta({ id: 'FinishAuthorization' })

export const connectionTestSchema = z
  .strictObject({ ok: z.boolean(), status: z.int().nullable(), message: z.string() })
  .meta({ id: 'ConnectionTest' })

export const connectionUsesSchema = z
  .strictObject({
    items: z
      .array(
        z.strictObject({
          workflowId: z.string(),
          workflowName: z.string(),
          isPublished: z.boolean(),
          isInDraft: z.boolean(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'ConnectionUses' })

export const lookupChoicesSchema = z
  .strictObject({
    items: z
      .array(z.strictObject({ value: z.string(), title: z.string(), detail: z.string().exactOptional() }))
      .readonly(),
  })
  .meta({ id: 'LookupChoices' })
