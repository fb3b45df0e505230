/**
 * What we add to tfjs-node's addon before it is built: attributes of TensorFlow's operations that are lists of names or of
 * types. It passes lists of numbers only, and so cannot call the fused convolution (convolution, bias and activation in
 * one pass).
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Raised when the additions change: an addon with fewer is built anew. */
export const addonExtension = 1;

const source = join('binding', 'tfjs_backend.cc');

interface Addition {
  /** The line after which it goes, in the source of tfjs-node 4.22. */
  readonly after: string;
  readonly code: string;
}

const additions: readonly Addition[] = [
  {
    after: '    case TF_ATTR_STRING: {\n',
    code: `      if (IsArray(env, nstatus, &js_value)) {  // Added by sr-tensor.
        uint32_t length;
        nstatus = napi_get_array_length(env, js_value, &length);
        ENSURE_NAPI_OK(env, nstatus);
        std::vector<std::string> texts(length);
        std::vector<const void *> values;
        std::vector<size_t> lengths;
        for (uint32_t i = 0; i < length; ++i) {
          napi_value element;
          nstatus = napi_get_element(env, js_value, i, &element);
          ENSURE_NAPI_OK(env, nstatus);
          nstatus = GetStringParam(env, element, texts[i]);
          ENSURE_NAPI_OK(env, nstatus);
          values.push_back(texts[i].data());
          lengths.push_back(texts[i].size());
        }
        TFE_OpSetAttrStringList(tfe_op, attr_name, values.data(), lengths.data(), static_cast<int>(length));
        break;
      }
`,
  },
  {
    after: '    case TF_ATTR_TYPE: {\n',
    code: `      if (IsArray(env, nstatus, &js_value)) {  // Added by sr-tensor.
        uint32_t length;
        nstatus = napi_get_array_length(env, js_value, &length);
        ENSURE_NAPI_OK(env, nstatus);
        std::vector<TF_DataType> types(length);
        for (uint32_t i = 0; i < length; ++i) {
          napi_value element;
          nstatus = napi_get_element(env, js_value, i, &element);
          ENSURE_NAPI_OK(env, nstatus);
          nstatus = napi_get_value_int32(env, element, reinterpret_cast<int32_t *>(&types[i]));
          ENSURE_NAPI_OK(env, nstatus);
        }
        TFE_OpSetAttrTypeList(tfe_op, attr_name, types.data(), static_cast<int>(length));
        break;
      }
`,
  },
];

/**
 * Does something while the source of the addon has the additions; afterwards it is as it came.
 *
 * @param build is told whether the source has them: one that they were not written for stays as it is
 */
export async function whileExtended<T>(folder: string, build: (extended: boolean) => Promise<T>): Promise<T> {
  const file = join(folder, source);
  // A build that was killed may have left the additions there.
  const original = without(await readFile(file, 'utf8').catch(() => ''));
  if (!additions.every(({ after }) => original.split(after).length === 2)) return build(false);
  try {
    await replace(
      file,
      additions.reduce((text, { after, code }) => text.replace(after, () => after + code), original),
    );
    return await build(true);
  } finally {
    await replace(file, original);
  }
}

function without(text: string): string {
  return additions.reduce((rest, { code }) => rest.replace(code, ''), text);
}

async function replace(file: string, text: string): Promise<void> {
  const partial = `${file}.partial-${process.pid}`;
  await writeFile(partial, text);
  await rename(partial, file);
}
