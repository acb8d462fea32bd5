FROM python:3.13-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
# Neither command reads the key; without one the settings refuse to be read.
RUN export SECRET_KEY=only-for-building-0123456789-abcdefghijklmnopqrstuvwxyz \
    && python manage.py build_font && python manage.py collectstatic --no-input
USER nobody
