"""Lets threadpoolctl, where it is installed, see and limit the library's threads."""

import threadpoolctl


class FastnnController(threadpoolctl.LibController):
    user_api = "fastnn"
    internal_api = "fastnn"
    filename_prefixes = ("_core",)
    check_symbols = ("fastnn_get_num_threads",)  # other packages have a _core too

    def get_num_threads(self):
        return self.dynlib.fastnn_get_num_threads()

    def set_num_threads(self, num_threads):
        self.dynlib.fastnn_set_num_threads(num_threads)

    def get_version(self):
        from . import __version__

        return __version__


threadpoolctl.register(FastnnController)
