{
  'targets': [
    {
      'target_name': 'torpor',
      'sources': [
        'src/addon.cc',
        'src/arguments.cc',
        'src/cached.cc',
        'src/clone.cc',
        'src/errors.cc',
        'src/extents.cc',
        'src/file.cc',
        'src/flush.cc',
        'src/lock.cc',
        'src/peer.cc',
        'src/shift.cc',
        'src/shift_mac.cc',
        'src/shift_x11.cc',
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
          'xcode_settings': {
            'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
            'MACOSX_DEPLOYMENT_TARGET': '14.0',
            'WARNING_CFLAGS': ['-Wall', '-Wextra'],
          },
          'link_settings': {
            'libraries': ['-framework ApplicationServices'],
          },
        }, {
          'link_settings': {
            # dlopen is a library of its own before glibc 2.34.
            'libraries': ['-ldl'],
          },
        }],
      ],
    },
  ],
  'conditions': [
    ["OS=='mac'", {
      'targets': [
        {
          # An addon of its own, so that the portable one loads also where the framework does not.
          'target_name': 'torpor_vz',
          'sources': [
            'src/vz/addon.mm',
            'src/vz/bookmarks.mm',
            'src/vz/completion.mm',
            'src/vz/configuration.mm',
            'src/vz/description.mm',
            'src/vz/devices.mm',
            'src/vz/failure.mm',
            'src/vz/host.mm',
            'src/vz/installer.mm',
            'src/vz/machine.mm',
            'src/vz/operations.mm',
            'src/vz/platform.mm',
            'src/vz/restore_image.mm',
            'src/vz/storage.mm',
            'src/vz/window.mm',
            'src/vz/window_menu.mm',
          ],
          'dependencies': [
            "<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except_all",
          ],
          'defines': ['NAPI_VERSION=8'],
          'link_settings': {
            'libraries': [
              '-framework Foundation',
              '-framework AppKit',
              '-framework Security',
              '-framework Virtualization',
            ],
          },
          'xcode_settings': {
            'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
            'CLANG_CXX_LIBRARY': 'libc++',
            'CLANG_ENABLE_OBJC_ARC': 'YES',
            'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
            'MACOSX_DEPLOYMENT_TARGET': '14.0',
            'WARNING_CFLAGS': ['-Wall', '-Wextra'],
          },
        },
      ],
    }],
  ],
}
