/**
 * What we add to tfjs-node's addon before it is built:
 *
 * - Attributes of TensorFlow's operations that are lists of names or of types. It passes lists of numbers only, and so cannot
 *   call the fused convolution (convolution, bias and activation in one pass).
 * - Functions: a whole network that TensorFlow optimises and runs in one call. tfjs-node has SavedModels for that, which
 *   lie in folders, and loses the memory of every input.
 * - The list of all operations, which says how arguments and results are called in functions.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Raised when the additions change: an addon with fewer is built anew. */
export const addonExtension = 3;

interface Addition {
  /** In the folder `binding`. */
  readonly file: string;
  /** The line after which it goes, in the source of tfjs-node 4.22. */
  readonly after: string;
  readonly code: string;
}

const additions: readonly Addition[] = [
  {
    file: 'tfjs_backend.cc',
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
    file: 'tfjs_backend.cc',
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
  {
    file: 'tfjs_backend.h',
    after: 'class TFJSBackend {\n public:\n',
    code: `  TFE_Context *context() const { return tfe_context_; }  // Added by sr-tensor.

`,
  },
  {
    file: 'tfjs_binding.cc',
    after: '  napi_property_descriptor exports_properties[] = {\n',
    code: `      {"addFunction", nullptr,  // Added by sr-tensor.
       [](napi_env env, napi_callback_info info) -> napi_value {
         size_t count = 1;
         napi_value definition;
         napi_status nstatus = napi_get_cb_info(env, info, &count, &definition, nullptr, nullptr);
         ENSURE_NAPI_OK_RETVAL(env, nstatus, nullptr);
         TFJSBackend *const backend = GetTFJSBackend(env);
         if (!backend) return nullptr;
         void *data;
         size_t length;
         nstatus = napi_get_typedarray_info(env, definition, nullptr, &length, &data, nullptr, nullptr);
         ENSURE_NAPI_OK_RETVAL(env, nstatus, nullptr);
         TF_AutoStatus tf_status;
         TFE_ContextAddFunctionDef(backend->context(), static_cast<const char *>(data), length, tf_status.status);
         if (TF_GetCode(tf_status.status) != TF_OK) NAPI_THROW_ERROR(env, "%s", TF_Message(tf_status.status));
         return nullptr;
       },
       nullptr, nullptr, nullptr, napi_default, nullptr},
      {"removeFunction", nullptr,
       [](napi_env env, napi_callback_info info) -> napi_value {
         size_t count = 1;
         napi_value name_value;
         napi_status nstatus = napi_get_cb_info(env, info, &count, &name_value, nullptr, nullptr);
         ENSURE_NAPI_OK_RETVAL(env, nstatus, nullptr);
         TFJSBackend *const backend = GetTFJSBackend(env);
         if (!backend) return nullptr;
         std::string name;
         nstatus = GetStringParam(env, name_value, name);
         ENSURE_NAPI_OK_RETVAL(env, nstatus, nullptr);
         TF_AutoStatus tf_status;
         TFE_ContextRemoveFunction(backend->context(), name.c_str(), tf_status.status);
         if (TF_GetCode(tf_status.status) != TF_OK) NAPI_THROW_ERROR(env, "%s", TF_Message(tf_status.status));
         return nullptr;
       },
       nullptr, nullptr, nullptr, napi_default, nullptr},
      {"operationList", nullptr,
       [](napi_env env, napi_callback_info info) -> napi_value {
         TF_Buffer *list = TF_GetAllOpList();
         napi_value bytes;
         napi_status nstatus = napi_create_buffer_copy(env, list->length, list->data, nullptr, &bytes);
         TF_DeleteBuffer(list);
         ENSURE_NAPI_OK_RETVAL(env, nstatus, nullptr);
         return bytes;
       },
       nullptr, nullptr, nullptr, napi_default, nullptr},
`,
  },
];

/**
 * Does something while the source of the addon has the additions; afterwards it is as it came.
 *
 * @param build is told whether the source has them: one that they were not written for stays as it is
 */
export async function whileExtended<T>(folder: string, build: (extended: boolean) => Promise<T>): Promise<T> {
  const files = await Promise.all(
    [...new Set(additions.map(({ file }) => file))].map(name => readSource(join(folder, 'binding', name), name)),
  );
  if (!files.every(({ fits }) => fits)) return build(false);
  try {
    for (const { path, extended } of files) await replace(path, extended);
    return await build(true);
  } finally {
    for (const { path, original } of files) await replace(path, original);
  }
}

interface Source {
  readonly path: string;
  readonly original: string;
  readonly extended: string;
  /** Whether it has the places where the additions go, once each. */
  readonly fits: boolean;
}

async function readSource(path: string, name: string): Promise<Source> {
  const own = additions.filter(({ file }) => file === name);
  const text = await readFile(path, 'utf8').catch(() => '');
  // A build that was killed may have left the additions there.
  const original = own.reduce((rest, { code }) => rest.replace(code, ''), text);
  return {
    path,
    original,
    extended: own.reduce((rest, { after, code }) => rest.replace(after, () => after + code), original),
    fits: own.every(({ after }) => original.split(after).length === 2),
  };
}

async function replace(file: string, text: string): Promise<void> {
  const partial = `${file}.partial-${process.pid}`;
  await writeFile(partial, text);
  await rename(partial, file);
}
