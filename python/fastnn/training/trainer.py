"""stub"""


class Trainer:
    def _begin_training(self):
        self.optimizer = None

    def _forget_outputs(self):
        pass
