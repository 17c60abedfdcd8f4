{
  'targets': [
    {
      'target_name': 'torpor',
      'sources': [
        'src/addon.cc',
        'src/arguments.cc',
        'src/clone.cc',
        'src/errors.cc',
        'src/extents.cc',
        'src/file.cc',
        'src/flush.cc',
        'src/lock.cc',
        'src/peer.cc',
        'src/space.cc',
        'src/volume.cc',
      ],
      'dependencies': [
        "<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except_all",
      ],
      'defines': ['NAPI_VERSION=8', '_FILE_OFFSET_BITS=64'],
      'cflags_cc': ['-std=c++17', '-Wall', '-Wextra'],
      'conditions': [
        ["OS=='mac'", {
          # Objective-C++ sources and -framework libraries of the Apple part go here.
          'xcode_settings': {
            'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
            'CLANG_ENABLE_OBJC_ARC': 'YES',
            'MACOSX_DEPLOYMENT_TARGET': '13.0',
            'WARNING_CFLAGS': ['-Wall', '-Wextra'],
          },
        }],
      ],
    },
  ],
}
