import type { FilesClient } from '@tenon/core/client'
import type { FileRef } from '@tenon/core/document'
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { useResource } from '../../client/use-resource.ts'
import type { PdfFile } from '../../contexts/pdf-reader.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { useWidth } from '../../instance/use-width.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { canShowPages, PDF_TYPE } from '../files/shown-types.ts'

export interface PageSheetProps {
  readonly files: FilesClient
  /** `null` for a document whose file is not known. */
  readonly file: FileRef | null
  /** From 1. */
  readonly page: number
  /** Text in place of a page that cannot be shown. */
  readonly missing: string
  /** Marks over the page. */
  readonly children?: ReactNode
  /** Called with the number of pages that the file has. */
  readonly onPageCount?: (count: number) => void
}

/** Picture of a page with what is drawn over it; an empty sheet if it cannot be shown. */
export function PageSheet(props: PageSheetProps) {
  const { file, missing, children } = props
  const { pdf } = useInstance()
  if (file !== null && canShowPages(file, pdf !== undefined)) {
    return file.type === PDF_TYPE ? <PdfSheet {...props} file={file} /> : <PictureSheet {...props} file={file} />
  }
  return (
    <>
      <p className="tn-muted">{missing}</p>
      <div className="tn-sheet" data-empty="">
        {children}
      </div>
    </>
  )
}

type ShownSheetProps = PageSheetProps & { readonly file: FileRef }

/** Picture by a link of the server, since the policy of a page may allow no pictures but those of its origin. */
function PictureSheet({ files, file, page, missing, children }: ShownSheetProps) {
  const { t } = useInstance()
  const [isBroken, setIsBroken] = useState(false)
  const link = useResource(
    useCallback((abortSignal: AbortSignal) => files.link(file.file, {}, { abortSignal }), [files, file.file]),
  )
  if (link.value === null) {
    return link.error === null ? <Skeleton lines={6} height={16} /> : <ResourceError resource={link} />
  }
  return (
    <>
      {isBroken && <p className="tn-muted">{missing}</p>}
      <div className="tn-sheet" data-empty={isBroken || undefined}>
        {!isBroken && (
          <img
            src={`${link.value.url}?inline=true`}
            alt={t('documents.picture', { page, name: file.name })}
            onError={() => setIsBroken(true)}
          />
        )}
        {children}
      </div>
    </>
  )
}

function PdfSheet({ files, file, page, missing, children, onPageCount }: ShownSheetProps) {
  const { t, pdf } = useInstance()
  const [holder, setHolder] = useState<HTMLDivElement | null>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const width = useWidth(holder)
  const [isBroken, setIsBroken] = useState(false)
  const opened = useResource(
    useCallback(
      async (abortSignal: AbortSignal) => {
        if (pdf === undefined) return null
        const response = await files.download(file.file, {}, { abortSignal })
        return new Uint8Array(await response.arrayBuffer())
      },
      [files, file.file, pdf],
    ),
  )
  const content = opened.value
  const [shown, setShown] = useState<PdfFile | null>(null)
  useEffect(() => {
    if (content === null || pdf === undefined) return
    let isOver = false
    let own: PdfFile | null = null
    // A copy: the reader may keep the bytes.
    pdf.open(content.slice()).then(
      (pages) => {
        if (isOver) return pages.close()
        own = pages
        setShown(pages)
        onPageCount?.(pages.pageCount)
      },
      () => {
        if (!isOver) setIsBroken(true)
      },
    )
    return () => {
      isOver = true
      own?.close()
    }
  }, [content, pdf, onPageCount])
  useEffect(() => {
    const target = canvas.current
    if (shown === null || target === null || page > shown.pageCount) return
    let isOver = false
    // Pages that are turned quickly would be drawn over each other.
    const sheet = target.ownerDocument.createElement('canvas')
    shown.draw(page, sheet, width * globalThis.devicePixelRatio).then(
      () => {
        if (isOver) return
        target.width = sheet.width
        target.height = sheet.height
        target.getContext('2d')?.drawImage(sheet, 0, 0)
      },
      () => {
        if (!isOver) setIsBroken(true)
      },
    )
    return () => {
      isOver = true
    }
  }, [shown, page, width])
  if (opened.error !== null && content === null) return <ResourceError resource={opened} />
  return (
    <>
      {isBroken && <p className="tn-muted">{missing}</p>}
      <div ref={setHolder} className="tn-sheet" data-empty={shown === null || isBroken || undefined}>
        {!isBroken && <canvas ref={canvas} role="img" aria-label={t('documents.picture', { page, name: file.name })} />}
        {shown !== null || isBroken ? children : null}
      </div>
    </>
  )
}
