import type { FilesClient } from '@tenon/core/client'
import type { FileRef } from '@tenon/core/document'
import { useState } from 'react'
import { useTranslate } from '../../instance/instance-context.ts'
import { DocumentTexts } from '../../shell/document-texts.tsx'
import { PageSheet } from '../documents/page-sheet.tsx'
import { PageTurner } from '../documents/page-turner.tsx'

export interface PdfContentProps {
  readonly files: FilesClient
  readonly file: FileRef
}

/** Pages of a PDF, one at a time. */
export function PdfContent(props: PdfContentProps) {
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
