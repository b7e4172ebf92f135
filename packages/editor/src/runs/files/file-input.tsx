import type { FilesClient } from '@tenon/core/client'
import { type FileRef, isFileRef, isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { type DragEvent, useEffect, useRef, useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { FileTexts } from '../../shell/file-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { failureText } from '../../ui/error-state.tsx'
import { FieldNote, useFieldControl } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { fileWords } from './file-words.ts'

export interface FileInputProps {
  readonly files: FilesClient
  /** Schema of the field, which may name the types that it takes. */
  readonly schema: JsonObject
  readonly value: Json | undefined
  readonly onChange: (value: FileRef | undefined) => void
}

/** Field for a file: chosen or dropped, uploaded at once, and then shown with its size and type. */
export function FileInput(props: FileInputProps) {
  return (
    <FileTexts>
      <Input {...props} />
    </FileTexts>
  )
}

interface Upload {
  readonly name: string
  /** Between 0 and 1; `null` while it is not known. */
  readonly progress: number | null
  readonly stop: AbortController
}

function Input({ files, schema, value, onChange }: FileInputProps) {
  const { t, locale } = useInstance()
  // A button cannot be required; the hint of the field says so.
  const { id, 'aria-required': _, ...describing } = useFieldControl()
  const picker = useRef<HTMLInputElement>(null)
  const [upload, setUpload] = useState<Upload | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  const [isOver, setIsOver] = useState(false)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])
  const types = typesOf(schema)

  const send = async (file: File) => {
    running.current?.abort()
    const stop = new AbortController()
    running.current = stop
    setFault(null)
    setUpload({ name: file.name, progress: null, stop })
    try {
      const { ref } = await files.upload(
        file,
        { name: file.name },
        {
          abortSignal: stop.signal,
          onProgress: (sent, total) => {
            if (!stop.signal.aborted) setUpload({ name: file.name, progress: total === 0 ? null : sent / total, stop })
          },
        },
      )
      if (stop.signal.aborted) return
      // The type is known only now, since the server has looked at the content.
      if (types.length > 0 && !types.includes(ref.type)) setFault(t('files.refusedType', { types: types.join(', ') }))
      else onChange(ref)
    } catch (error) {
      if (!stop.signal.aborted) setFault(failureText(error, t, 'files.failed'))
    } finally {
      if (running.current === stop) {
        running.current = null
        setUpload(null)
      }
    }
  }
  const cancel = () => {
    running.current?.abort()
    running.current = null
    setUpload(null)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setIsOver(false)
    const [file] = event.dataTransfer.files
    if (file !== undefined && upload === null) void send(file)
  }

  if (upload !== null) {
    return (
      // A form with an upload in progress is not sent.
      <div className="tn-file" data-unreadable="">
        <Icon name="clock" />
        <span className="tn-file-name">{t('files.uploading', { name: upload.name })}</span>
        <progress
          className="tn-file-progress"
          aria-label={t('files.progress')}
          max={1}
          {...(upload.progress === null ? {} : { value: upload.progress })}
        />
        <IconButton icon="close" size="s" label={t('files.cancel')} onClick={cancel} />
      </div>
    )
  }
  if (isFileRef(value)) {
    return (
      <div className="tn-file">
        <Icon name="check" />
        <span className="tn-file-name">
          <bdi>{value.name}</bdi> <small className="tn-muted">{fileWords(value, locale)}</small>
        </span>
        <IconButton
          icon="trash"
          size="s"
          label={t('files.remove', { name: value.name })}
          onClick={() => onChange(undefined)}
        />
      </div>
    )
  }
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut of the button within */}
      <div
        className="tn-file"
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault()
          setIsOver(true)
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={drop}
      >
        {/* By both: the label of the field would replace the text of the button. */}
        <Button
          {...describing}
          {...(id === undefined ? {} : { id, 'aria-labelledby': `${id}-label ${id}-choose` })}
          size="s"
          icon="plus"
          onClick={() => picker.current?.click()}
        >
          <span {...(id === undefined ? {} : { id: `${id}-choose` })}>{t('files.choose')}</span>
        </Button>
        <span className="tn-muted">{t('files.drop')}</span>
        <input
          ref={picker}
          hidden
          type="file"
          tabIndex={-1}
          aria-label={t('files.choose')}
          {...(types.length === 0 ? {} : { accept: types.join(',') })}
          onChange={(event) => {
            const [file] = event.target.files ?? []
            // The same file can be chosen again after a fault.
            event.target.value = ''
            if (file !== undefined) void send(file)
          }}
        />
      </div>
      <FieldNote error={fault} />
    </>
  )
}

/** Returns the media types that a schema of a file takes; empty if it takes all. */
function typesOf({ properties }: JsonObject): readonly string[] {
  const type = isJsonObject(properties) ? properties['type'] : undefined
  const choices = isJsonObject(type) ? (type['enum'] ?? (type['const'] === undefined ? [] : [type['const']])) : []
  return Array.isArray(choices) ? choices.filter((choice: Json) => typeof choice === 'string') : []
}
