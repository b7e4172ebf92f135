import { createPdfReader } from '@tenon/editor/pdf'

/** Draws PDFs with a worker whose address the bundler finds. */
export const pdfReader = createPdfReader({
  workerUrl: new URL('pdfjs-dist/build/pdf.worker.min.mjs', import.meta.url).href,
})
