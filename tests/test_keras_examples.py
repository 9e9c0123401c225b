"""Programs as users of Keras write them, with fastnn in Keras's place. Small data, an epoch or two.

Each begins with the imports of Keras, which `as_written` turns into ours.
"""

import sys

import fastnn
import numpy as np
import pytest


@pytest.fixture
def keras(monkeypatch):
    """`import keras` and `from keras import ..` find fastnn."""
    monkeypatch.setitem(sys.modules, "keras", fastnn)
    return fastnn


def digits(count):
    """MNIST as (x, y), (x, y); where it is not here, noise of the same shapes."""
    rng = np.random.default_rng(0)
    try:
        (x, y), (xt, yt) = fastnn.datasets.mnist.load_data()
        return (x[:count], y[:count]), (xt[: count // 4], yt[: count // 4])
    except OSError:
        pairs = [
            (rng.integers(0, 256, (n, 28, 28)).astype("uint8"), rng.integers(0, 10, n))
            for n in (count, count // 4)
        ]
        return tuple(pairs)


def test_convolutions_on_digits(keras):
    import keras
    from keras import layers

    classes, shape = 10, (28, 28, 1)
    (x_train, y_train), (x_test, y_test) = digits(256)
    x_train = np.expand_dims(x_train.astype("float32") / 255, -1)
    x_test = np.expand_dims(x_test.astype("float32") / 255, -1)
    y_train = keras.utils.to_categorical(y_train, classes)
    y_test = keras.utils.to_categorical(y_test, classes)

    model = keras.Sequential(
        [
            keras.Input(shape=shape),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ]
    )
    lines = []
    model.summary(print_fn=lines.append)
    assert "34,826" in lines[0]
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    history = model.fit(x_train, y_train, batch_size=128, epochs=2, validation_split=0.1, verbose=0)
    assert sorted(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    score = model.evaluate(x_test, y_test, verbose=0)
    assert len(score) == 2 and 0 <= score[1] <= 1


def test_dense_layers_on_digits(keras):
    import keras
    from keras import layers

    inputs = keras.Input(shape=(784,))
    dense = layers.Dense(64, activation="relu")
    x = dense(inputs)
    x = layers.Dense(64, activation="relu")(x)
    outputs = layers.Dense(10)(x)
    model = keras.Model(inputs=inputs, outputs=outputs, name="mnist_model")
    lines = []
    model.summary(print_fn=lines.append)
    assert 'Model: "mnist_model"' in lines[0] and "55,050" in lines[0]
    assert (inputs.shape, inputs.dtype) == ((None, 784), "float32")

    (x_train, y_train), (x_test, y_test) = digits(512)
    x_train = x_train.reshape(len(x_train), 784).astype("float32") / 255
    x_test = x_test.reshape(len(x_test), 784).astype("float32") / 255
    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        optimizer=keras.optimizers.RMSprop(),
        metrics=["accuracy"],
    )
    history = model.fit(x_train, y_train, batch_size=64, epochs=2, validation_split=0.2, verbose=0)
    assert history.history["loss"][1] < history.history["loss"][0]
    test_scores = model.evaluate(x_test, y_test, verbose=0)
    assert len(test_scores) == 2 and np.isfinite(test_scores).all()


def encoder_and_decoder(keras, layers):
    encoder_input = keras.Input(shape=(28, 28, 1), name="img")
    x = layers.Conv2D(16, 3, activation="relu")(encoder_input)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.MaxPooling2D(3)(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.Conv2D(16, 3, activation="relu")(x)
    encoder_output = layers.GlobalMaxPooling2D()(x)

    def decode(x):
        x = layers.Reshape((4, 4, 1))(x)
        x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
        x = layers.Conv2DTranspose(32, 3, activation="relu")(x)
        x = layers.UpSampling2D(3)(x)
        x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
        return layers.Conv2DTranspose(1, 3, activation="relu")(x)

    return encoder_input, encoder_output, decode


def rebuilds(model):
    model.compile("adam", "mse")
    x = np.random.default_rng(1).random((8, 28, 28, 1), "float32")
    model.fit(x, x, batch_size=4, verbose=0)
    return model.predict(x, verbose=0).shape == x.shape


def test_an_autoencoder_on_one_graph(keras):
    import keras
    from keras import layers

    start, middle, decode = encoder_and_decoder(keras, layers)
    encoder = keras.Model(start, middle, name="encoder")
    autoencoder = keras.Model(start, decode(middle), name="autoencoder")
    assert encoder.output_shape == (None, 16) and autoencoder.output_shape == (None, 28, 28, 1)
    assert encoder.count_params() == 18672 and autoencoder.count_params() == 28241
    before = encoder.get_weights()
    assert rebuilds(autoencoder)
    assert any((a != b).any() for a, b in zip(before, encoder.get_weights(), strict=True))


def test_an_autoencoder_of_models_that_are_called(keras):
    import keras
    from keras import layers

    start, middle, decode = encoder_and_decoder(keras, layers)
    encoder = keras.Model(start, middle, name="encoder")
    decoder_input = keras.Input(shape=(16,), name="encoded_img")
    decoder = keras.Model(decoder_input, decode(decoder_input), name="decoder")
    autoencoder_input = keras.Input(shape=(28, 28, 1), name="img")
    encoded_img = encoder(autoencoder_input)
    decoded_img = decoder(encoded_img)
    autoencoder = keras.Model(autoencoder_input, decoded_img, name="autoencoder")
    assert [layer.name for layer in autoencoder.layers] == ["img", "encoder", "decoder"]
    assert (encoder.count_params(), decoder.count_params()) == (18672, 9569)
    assert rebuilds(autoencoder)


def test_an_ensemble(keras):
    import keras
    from keras import layers

    def get_model():
        inputs = keras.Input(shape=(128,))
        return keras.Model(inputs, layers.Dense(1)(inputs))

    models = [get_model() for _ in range(3)]
    inputs = keras.Input(shape=(128,))
    outputs = layers.average([model(inputs) for model in models])
    ensemble_model = keras.Model(inputs=inputs, outputs=outputs)
    x = np.random.default_rng(2).random((10, 128), "float32")
    each = np.stack([model.predict(x, verbose=0) for model in models])
    np.testing.assert_allclose(ensemble_model.predict(x, verbose=0), each.mean(0), rtol=1e-5)


def test_a_residual_network(keras):
    import keras
    from keras import layers

    inputs = keras.Input(shape=(32, 32, 3), name="img")
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    block_1_output = layers.MaxPooling2D(3)(x)
    x = layers.Conv2D(64, 3, activation="relu", padding="same")(block_1_output)
    x = layers.Conv2D(64, 3, activation="relu", padding="same")(x)
    block_2_output = layers.add([x, block_1_output])
    x = layers.Conv2D(64, 3, activation="relu", padding="same")(block_2_output)
    x = layers.Conv2D(64, 3, activation="relu", padding="same")(x)
    block_3_output = layers.add([x, block_2_output])
    x = layers.Conv2D(64, 3, activation="relu")(block_3_output)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    outputs = layers.Dense(10)(x)
    model = keras.Model(inputs, outputs, name="toy_resnet")
    lines = []
    model.summary(print_fn=lines.append)
    assert "223,242" in lines[0]

    rng = np.random.default_rng(3)
    x_train = rng.integers(0, 256, (20, 32, 32, 3)).astype("float32") / 255.0
    y_train = keras.utils.to_categorical(rng.integers(0, 10, 20), 10)
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["acc"],
    )
    history = model.fit(x_train, y_train, batch_size=8, epochs=1, validation_split=0.2, verbose=0)
    assert sorted(history.history) == ["acc", "loss", "val_acc", "val_loss"]


def test_a_shared_layer(keras):
    import keras
    from keras import layers

    shared = layers.Dense(4, activation="tanh")
    a, b = keras.Input(shape=(6,)), keras.Input(shape=(6,))
    model = keras.Model([a, b], layers.concatenate([shared(a), shared(b)]))
    x = np.random.default_rng(4).random((5, 6), "float32")
    y = model.predict([x, x], verbose=0)
    assert (y[:, :4] == y[:, 4:]).all() and len(model.weights) == 2
    model.compile("sgd", "mse")
    model.fit([x, -x], y, epochs=2, verbose=0)


def test_features_of_the_layers_inside(keras):
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(shape=(8, 8, 1)),
            layers.Conv2D(4, 3, activation="relu", name="first"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(3, name="last"),
        ]
    )
    x = np.random.default_rng(5).random((6, 8, 8, 1), "float32")
    extractor = keras.Model(inputs=model.inputs, outputs=[layer.output for layer in model.layers])
    features = extractor(x)
    assert [f.shape for f in features] == [(6, 6, 6, 4), (6, 3, 3, 4), (6, 36), (6, 3)]
    assert (features[-1].numpy() == model.predict(x, verbose=0)).all()
    one = keras.Model(inputs=model.inputs, outputs=model.get_layer(name="first").output)
    assert (one(x).numpy() == features[0].numpy()).all()
    listed = extractor.predict(x, verbose=0)
    assert all((f.numpy() == p).all() for f, p in zip(features, listed, strict=True))


def test_a_layer_of_ones_own(keras):
    import keras
    from keras import layers

    class CustomDense(layers.Layer):
        def __init__(self, units=32):
            super().__init__()
            self.units = units

        def build(self, input_shape):
            self.w = self.add_weight(
                shape=(input_shape[-1], self.units),
                initializer="random_normal",
                trainable=True,
            )
            self.b = self.add_weight(
                shape=(self.units,), initializer="random_normal", trainable=True
            )

        def call(self, inputs):
            return keras.ops.matmul(inputs, self.w) + self.b

    inputs = keras.Input((4,))
    outputs = CustomDense(10)(inputs)
    model = keras.Model(inputs, outputs)
    x = np.random.default_rng(6).random((12, 4), "float32")
    want = x @ model.weights[0].numpy() + model.weights[1].numpy()
    np.testing.assert_allclose(model.predict(x, verbose=0), want, rtol=1e-5, atol=1e-6)
    model.compile("adam", "mse")
    losses = model.fit(x, want + 1, epochs=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_a_model_of_ones_own(keras):
    import keras
    from keras import layers

    class MLP(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.dense_1 = layers.Dense(16, activation="relu")
            self.drop = layers.Dropout(0.1)
            self.dense_2 = layers.Dense(3)

        def call(self, inputs, training=False):
            return self.dense_2(self.drop(self.dense_1(inputs), training=training))

    mlp = MLP()
    x, y = np.random.default_rng(7).random((20, 5)), np.arange(20) % 3
    mlp.compile(
        keras.optimizers.Adam(1e-2),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="acc")],
    )
    history = mlp.fit(x, y, epochs=2, validation_data=(x, y), verbose=0)
    assert sorted(history.history) == ["acc", "loss", "val_acc", "val_loss"]
    assert mlp.predict(x, verbose=0).shape == (20, 3) and mlp.count_params() == 147


def test_a_training_loop_by_hand(keras):
    """train_on_batch over batches, with the metrics set back between epochs."""
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input(shape=(5,)), layers.Dense(1)])
    model.compile(loss=keras.losses.MeanSquaredError(), optimizer=keras.optimizers.SGD(0.05))
    x = np.random.default_rng(8).random((32, 5))
    y = x.sum(axis=1, keepdims=True)
    losses = []
    for _ in range(20):
        for i in range(0, 32, 8):
            losses.append(model.train_on_batch(x[i : i + 8], y[i : i + 8]))
        model.reset_metrics()
    assert losses[-1] < losses[0] / 4
