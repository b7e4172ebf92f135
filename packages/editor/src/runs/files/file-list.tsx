import type { FilesClient } from '@tenon/core/client'
import type { FileRef } from '@tenon/core/document'
import { useCallback, useState } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { useResource } from '../../client/use-resource.ts'
import { useInstance, useTranslate } from '../../instance/instance-context.ts'
import { DocumentTexts } from '../../shell/document-texts.tsx'
import { FileTexts } from '../../shell/file-texts.tsx'
import { failureText } from '../../ui/error-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { PageSheet } from '../documents/page-sheet.tsx'
import { PageTurner } from '../documents/page-turner.tsx'
import { fileWords } from './file-words.ts'
import { canShowPages, PICTURE_TYPES } from './shown-types.ts'

/** Bytes of a text that are shown. */
const SHOWN_BYTES = 16_384
const TEXTS = /^text\/|^application\/(json|xml|.*\+(json|xml))$/

export interface FileListProps {
  readonly files: FilesClient
  readonly refs: readonly FileRef[]
}

/** Lists the files of a value, each with its size, its type, a download and, for pictures and texts, its content. */
export function FileList({ files, refs }: FileListProps) {
  return (
    <FileTexts>
      <List files={files} refs={refs} />
    </FileTexts>
  )
}

function List({ files, refs }: FileListProps) {
  const { t } = useInstance()
  return (
    <ul className="tn-files" aria-label={t('files.list')}>
      {refs.map((ref) => (
        <FileItem key={ref.file} files={files} file={ref} />
      ))}
    </ul>
  )
}

interface FileItemProps {
  readonly files: FilesClient
  readonly file: FileRef
}

function FileItem({ files, file }: FileItemProps) {
  const { t, locale, pdf } = useInstance()
  const { toast } = useAnnouncer()
  const [isShown, setIsShown] = useState(false)
  const { name, type } = file
  const hasPages = canShowPages(file, pdf !== undefined)
  const canShow = hasPages || TEXTS.test(type)
  const download = async () => {
    try {
      const { url } = await files.link(file.file)
      // The response says that it is an attachment, so the page stays.
      globalThis.location.assign(url)
    } catch (error) {
      toast(failureText(error, t, 'files.linkFailed'), { tone: 'failed' })
    }
  }
  return (
    <li className="tn-file-item">
      <div className="tn-file">
        <Icon name="inbox" />
        <span className="tn-file-name">
          <bdi>{name}</bdi> <small className="tn-muted">{fileWords(file, locale)}</small>
        </span>
        {canShow && (
          <IconButton
            icon={isShown ? 'chevronDown' : 'chevronRight'}
            size="s"
            label={t(isShown ? 'files.hide' : 'files.show', { name })}
            aria-expanded={isShown}
            onClick={() => setIsShown((before) => !before)}
          />
        )}
        <IconButton icon="download" size="s" label={t('files.download', { name })} onClick={() => void download()} />
      </div>
      {isShown && <Content files={files} file={file} hasPages={hasPages} />}
    </li>
  )
}

function Content({ hasPages, ...props }: FileItemProps & { readonly hasPages: boolean }) {
  if (!hasPages) return <TextContent {...props} />
  return PICTURE_TYPES.includes(props.file.type) ? <Picture {...props} /> : <PdfContent {...props} />
}

/** Picture by a link of the server, since the policy of a page may allow no pictures but those of its origin. */
function Picture({ files, file }: FileItemProps) {
  const { t } = useInstance()
  const [isBroken, setIsBroken] = useState(false)
  const link = useResource(
    useCallback((abortSignal: AbortSignal) => files.link(file.file, {}, { abortSignal }), [files, file.file]),
  )
  if (link.value === null) {
    return link.error === null ? <Skeleton lines={3} height={16} /> : <ResourceError resource={link} />
  }
  if (isBroken) return <p className="tn-muted">{t('files.notShown')}</p>
  return (
    <img
      className="tn-file-picture"
      src={`${link.value.url}?inline=true`}
      alt={t('files.content', { name: file.name })}
      onError={() => setIsBroken(true)}
    />
  )
}

function TextContent({ files, file }: FileItemProps) {
  const { t } = useInstance()
  const isCut = file.size > SHOWN_BYTES
  const content = useResource(
    useCallback(
      async (abortSignal: AbortSignal) => {
        if (file.size === 0) return ''
        const response = await files.download(file.file, { end: Math.min(file.size, SHOWN_BYTES) }, { abortSignal })
        // A character at the cut may be incomplete.
        return (await response.text()).replace(isCut ? /\uFFFD$/ : /$^/, '')
      },
      [files, file.file, file.size, isCut],
    ),
  )
  if (content.value === null) {
    return content.error === null ? <Skeleton lines={3} height={16} /> : <ResourceError resource={content} />
  }
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by keys */}
      <section className="tn-file-text" tabIndex={0} aria-label={t('files.content', { name: file.name })}>
        <pre dir="auto">{content.value}</pre>
      </section>
      {isCut && <p className="tn-muted">{t('files.cut')}</p>}
    </>
  )
}

interface PdfContentProps {
  readonly files: FilesClient
  readonly file: FileRef
}

/** Pages of a PDF, one at a time. */
function PdfContent(props: PdfContentProps) {
  return (
    <DocumentTexts>
      <Pages {...props} />
    </DocumentTexts>
  )
}

function Pages({ files, file }: PdfContentProps) {
  const t = useTranslate()
  const [page, setPage] = useState(1)
  const [count, setCount] = useState(1)
  return (
    <div className="tn-pdf">
      <PageTurner page={page} count={count} onChange={setPage} />
      <PageSheet files={files} file={file} page={page} missing={t('documents.broken')} onPageCount={setCount} />
    </div>
  )
}
