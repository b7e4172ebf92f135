import type { PdfReader } from '../contexts/pdf-reader.ts'

/** Options of {@link createPdfReader}. */
export interface PdfReaderOptions {
  /** URL of the worker of `pdfjs-dist`, from the origin of the page. */
  readonly workerUrl: string
}

/** Largest width and height of a drawn page in pixels, since some browsers draw nothing on a larger canvas. */
const MOST_PIXELS = 4_096

/**
 * Creates a reader of PDFs with `pdfjs-dist`, which is loaded with the first PDF that is shown. Its worker reads the file,
 * so that a faulty or large one does not block the page; scripts within a PDF are not executed.
 *
 * @example
 * ```tsx
 * import { createPdfReader } from '@tenon/editor/pdf'
 *
 * export const pdf = createPdfReader({
 *   workerUrl: new URL('pdfjs-dist/build/pdf.worker.min.mjs', import.meta.url).href,
 * })
 * ```
 */
export function createPdfReader({ workerUrl }: PdfReaderOptions): PdfReader {
  return {
    open: async (content) => {
      const { getDocument, PDFWorker } = await import('pdfjs-dist')
      const port = new Worker(workerUrl, { type: 'module' })
      const worker = PDFWorker.create({ port })
      const close = () => {
        worker.destroy()
        port.terminate()
      }
      try {
        const task = getDocument({ data: content, worker, enableXfa: false })
        const failed = new Promise<never>((_, reject) => {
          port.addEventListener('error', () =>
            reject(new RangeError(`The worker of PDFs cannot be loaded: ${workerUrl}`)),
          )
        })
        const file = await Promise.race([task.promise, failed])
        return {
          pageCount: file.numPages,
          draw: async (number, canvas, widthPx) => {
            const page = await file.getPage(number)
            const { width, height } = page.getViewport({ scale: 1 })
            const scale = Math.min(widthPx / width, MOST_PIXELS / width, MOST_PIXELS / height)
            const viewport = page.getViewport({ scale })
            canvas.width = Math.round(viewport.width)
            canvas.height = Math.round(viewport.height)
            await page.render({ canvas, viewport }).promise
            page.cleanup()
          },
          close,
        }
      } catch (error) {
        close()
        throw error
      }
    },
  }
}
