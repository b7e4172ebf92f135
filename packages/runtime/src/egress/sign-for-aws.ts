import { createHash } from 'node:crypto'
import { TenonError } from '@tenon/core/errors'
import type { AwsCredentials } from '@tenon/core/node'
import { AwsV4Signer } from 'aws4fetch'
import type { Hop } from './redirects.ts'

type Sent = Pick<Hop<string | Uint8Array>, 'url' | 'headers' | 'method' | 'body'>

/**
 * Signs a request for the service of AWS that its host names: `textract` of `textract.us-east-1.amazonaws.com`. For a host
 * outside of AWS, such as a simulator, it is the one of the header `x-amz-target`, or S3.
 *
 * @throws {@link TenonError} `CONNECTION_HOST_REFUSED` for a host without a service in the region of the key.
 */
export async function signForAws(
  { url, headers, method, body }: Sent,
  { accessKeyId, secretAccessKey, region }: AwsCredentials,
): Promise<Pick<Sent, 'url' | 'headers'>> {
  const { hostname } = url
  if (isOfAws(hostname) && !hostname.split('.').includes(region)) {
    throw new TenonError('CONNECTION_HOST_REFUSED', `${url.host} is no host of AWS in the region ${region}`, {
      remedy: `Use a host such as textract.${region}.amazonaws.com.`,
    })
  }
  const service = serviceOf(hostname, headers.get('x-amz-target'), region)
  // With the hash in a header, no service accepts the request with another body.
  const hash = createHash('sha256')
    .update(body ?? '')
    .digest('hex')
  const signer = new AwsV4Signer({
    ...{ url: url.href, method, accessKeyId, secretAccessKey, region },
    ...(service === undefined ? {} : { service }),
    headers: [...headers, ['x-amz-content-sha256', hash]] as [string, string][],
  })
  const signed = await signer.sign()
  return { url, headers: new Map(signed.headers) }
}

/**
 * Returns the service that a request is signed for: the label before the region. The library finds it for hosts of AWS, since
 * those of some services have another name, such as `email` of SES; it does not know Bedrock.
 */
function serviceOf(host: string, target: string | undefined, region: string): string | undefined {
  const labels = host.split('.')
  const named = labels[labels.lastIndexOf(region) - 1]
  if (named?.startsWith('bedrock-') === true) return 'bedrock'
  return isOfAws(host) ? undefined : (named ?? target?.split('.')[0]?.toLowerCase() ?? 's3')
}

const isOfAws = (host: string): boolean => /(^|\.)amazonaws\.com(\.cn)?$/.test(host)
