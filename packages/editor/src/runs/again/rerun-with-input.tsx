import { isJsonObject, type Json, type JsonSchema } from '@tenon/core/document'
import { useMemo, useState } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { useResource } from '../../client/use-resource.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { LaterPart } from '../../ui/later-part.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import type { RunFormDraft } from '../form/form-draft.ts'
import { startNodes } from '../form/start-schema.ts'
import type { RerunProps } from './use-rerun.tsx'

const loadForm = () => import('../form/run-form.tsx')
const ANY: JsonSchema = Object.freeze({})

interface RerunWithInputProps extends RerunProps {
  readonly onClose: () => void
}

/** Dialog that runs an ended run again from its start with another input, in the same version. */
export function RerunWithInput({ scope, run, onStarted, onClose }: RerunWithInputProps) {
  const t = useTranslate()
  const [isSending, setIsSending] = useState(false)
  const { client, ledger, store, graph } = scope
  const load = useMemo(() => async () => (await ledger.read(store.snapshot().lastSeq)).input, [ledger, store])
  const recorded = useResource(load)
  const { trigger } = store.snapshot().live
  const schema = useMemo(() => {
    if (graph.value === null) return null
    const { document, manifest } = graph.value
    return startNodes(document, manifest).find(({ nodeId }) => nodeId === trigger)?.schema ?? ANY
  }, [graph.value, trigger])
  const submit = async (input: Json) => {
    setIsSending(true)
    try {
      const started =
        run.mode === 'test'
          ? await client.drafts.try(run.workflowId, { input, ...(trigger === null ? {} : { trigger }) })
          : await client.runs.rerun(run.runId, { from: 'start', input })
      onClose()
      onStarted(started.runId)
    } finally {
      setIsSending(false)
    }
  }
  const isReady = schema !== null && (recorded.value !== null || !recorded.isLoading)
  return (
    <Dialog
      open
      busy={isSending}
      onClose={onClose}
      title={t('runs.again.inputTitle')}
      description={t(run.mode === 'test' ? 'runs.again.inputTest' : 'runs.again.inputText', { version: run.version })}
    >
      {recorded.error !== null && <ResourceError title={t('runs.again.inputFailed')} resource={recorded} />}
      {recorded.error === null && !isReady && <Skeleton lines={3} height={34} />}
      {recorded.error === null && isReady && (
        <LaterPart load={loadForm} waiting={(trouble) => trouble ?? <Skeleton lines={3} height={34} />}>
          {({ RunForm }) => (
            <RunForm
              schema={schema}
              draft={draftOf(recorded.value, schema)}
              submitLabel={t('runs.again.run')}
              onSubmit={submit}
              onCancel={onClose}
            />
          )}
        </LaterPart>
      )}
    </Dialog>
  )
}

/** Returns the entries of the form for an input; one that is no object can be entered as JSON only. */
function draftOf(input: Json, schema: JsonSchema): RunFormDraft {
  const properties = isJsonObject(schema) && isJsonObject(schema.properties) ? schema.properties : {}
  const values = isJsonObject(input) ? input : {}
  const names = Object.keys(properties)
  const hasOthers = Object.keys(values).some((name) => !names.includes(name))
  const isForm = isJsonObject(input) && names.length > 0 && !hasOthers
  return { mode: isForm ? 'form' : 'json', values, text: JSON.stringify(input, null, 2), names }
}
